"""One night's changes to a copied generation: facts, what is counted of them, and what is small enough to compare."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

import duckdb

from warehouse.archive_rows import FeedArchive
from warehouse.deliveries import Base, Deliveries
from warehouse.group_change import SUMS, UNSETTLED, Grouping, change_groups
from warehouse.incremental_ledger import write_ledger
from warehouse.key_index import KeyIndex
from warehouse.model_files import BEFORE, SCRATCH, Model, in_dependency_order
from warehouse.standing_units import read_reference
from warehouse.table_change import ADDED, REMOVED, Tables, reading
from warehouse.touched import KEYED, SIDES, Touched, create, on_side
from warehouse.verify import Content

FACTS = {f"core.fct_{feed}": feed for feed in ("incident", "mediation", "visit", "satisfaction", "activity")}
PART = "core.incident_part"
TARGETS = "core.visit_target"
BEATS = "mart.beat_month"
# Staged of every feed that is looked up by key, and what the models work out of them for the build alone.
STAGED = (*KEYED, "incident_repeat", "visit_month_station")
# Made from code tables and calendar, of which a change makes everything be built again.
FIXED = ("core.dim_code", "core.dim_date")
# What the early warning reads.
SIGNALLED = frozenset({"core.dim_org", "core.reporting", "mart.incident_day", "mart.incident_month"})
# Of a beat's group whose sum is zero only totals of zero can be left: a single record counts one.
_BEATS_AGAIN = f"""
    with total as (
        select f.beat_code, f.month_start, f.period_end, f.dispute_type_code, cast(null as varchar) as purpose_code,
            f.incident_count, cast(null as bigint) as visit_count
        from core.fct_incident as f
        where f.beat_code is not null and coalesce(f.outcome_code, 'pending') <> 'invalid'
        union all
        select f.beat_code, f.month_start, f.period_end, null, f.purpose_code, null, f.visit_count
        from core.fct_visit as f
        where f.beat_code is not null
    ), told as (
        select t.beat_code, t.month_start, t.dispute_type_code, t.purpose_code,
            sum(t.incident_count) as incident_count, sum(t.visit_count) as visit_count
        from total as t
        inner join core.dim_date as d on d.date = t.period_end and d.month_start = t.month_start
        group by t.beat_code, t.month_start, t.dispute_type_code, t.purpose_code
    )
    select s.* exclude (incident_count, visit_count, is_settled),
        case when s.incident_count > 0 then s.incident_count else t.incident_count end as incident_count,
        case when s.visit_count > 0 then s.visit_count else t.visit_count end as visit_count
    from {SUMS} as s
    left join told as t
        on t.beat_code = s.beat_code and t.month_start = s.month_start
        and t.dispute_type_code is not distinct from s.dispute_type_code
        and t.purpose_code is not distinct from s.purpose_code
    where not s.is_settled and (s.incident_count > 0 or s.visit_count > 0 or t.beat_code is not null)
"""


@dataclass
class Increment:
    """The steps, in their order; `tables` knows afterwards what is stored."""

    connection: duckdb.DuckDBPyConnection
    models: Mapping[str, Model]
    deliveries: Deliveries
    base: Base
    templates: Path
    index: KeyIndex

    def __post_init__(self) -> None:
        self.connection.execute(f"attach ':memory:' as {BEFORE}")
        rows = {table: Content(count, 0) for table, count in self.base.manifest["tables"].items()}
        hashes = {table: Content.from_hash(text) for table, text in self.base.manifest["content_hash"].items()}
        proven = {(table, condition) for table, condition in self.base.manifest.get("proven", ())}
        self.tables = Tables(self.connection, rows | hashes, proven, {PART: self.models[PART]})

    def find_touched(self) -> None:
        """Stage what the changed batches touch, as it was before and as it is after."""
        self.reference = read_reference(self.connection, self.models, self.deliveries, self.templates)
        archives = {
            feed: FeedArchive(
                feed,
                [(number, batch) for number, batch in self.deliveries.numbered if batch.feed == feed],
                self.templates / f"{feed}.parquet",
                self.index,
            )
            for feed in KEYED
        }
        self.touched = Touched(self.connection, self.deliveries, archives)
        self.touched.load()
        self.staged = {*self.reference, *self.touched.feeds}
        self._stage()

    def _stage(self) -> None:
        staged = [self.models[f"{SCRATCH}.{name}"] for name in STAGED]
        for side in SIDES:
            models = [Model(side, model.name, on_side(model.sql, side)) for model in staged]
            for model in in_dependency_order(models):
                create(self.connection, model)

    def change_core(self) -> None:
        """Facts by key, lists by group, and the small tables by comparison with what is stored."""
        for table, feed in FACTS.items():
            if feed in self.staged:
                sql = self.models[table].sql
                self.tables.change(table, old=on_side(sql, BEFORE), new=sql)
        if self.staged & {"visit", "visit_target"}:
            self._change_groups(
                TARGETS, on_side(self.models[TARGETS].sql, BEFORE), self.models[TARGETS].sql, self._lists_again
            )
        for model in in_dependency_order(self.models.values()):
            if model.schema == "core" and model.table not in (*FACTS, TARGETS, PART, *FIXED) and self._is_read(model):
                self.tables.replace(model.table, model.sql)

    def _lists_again(self) -> str:
        """What is listed and visited of the groups that are not settled, of which all is read now."""
        self.touched.add_lists(UNSETTLED)
        self._stage()
        same = " and ".join(
            f"t.{key} is not distinct from g.{key}" for key in ("month_start", "org_code", "category_code")
        )
        return f"select t.* from ({self.models[TARGETS].sql}) as t semi join {UNSETTLED} as g on {same}"

    def _is_read(self, model: Model) -> bool:
        """Whether all that a small table is made of is staged; otherwise nothing of it has changed."""
        return model.name not in ("population", "annotation") or model.name in self.staged

    def change_marts(self) -> None:
        """The groups that changed rows left or entered."""
        if self.staged & {"incident", "visit"}:
            beats = self.models[BEATS].sql
            self._change_groups(BEATS, on_side(beats, BEFORE), beats, lambda: _BEATS_AGAIN)
        for model in in_dependency_order(self.models.values()):
            if model.schema == "mart" and model.table != BEATS and self._sources(model):
                grouping = self._grouping(model)
                left, came = (self._over_changes(model, side) for side in (REMOVED, ADDED))
                self._change_groups(model.table, left, came, partial(self._again, model, grouping))

    def _sources(self, model: Model) -> set[str]:
        return {table for table in model.reads if self.tables.is_changed(table)}

    def _over_changes(self, model: Model, side: str) -> str:
        """A mart's query over the rows of its sources that went or came."""
        return reading(model.sql, {source: self.tables.changes(side, source) for source in self._sources(model)})

    def _again(self, model: Model, grouping: Grouping) -> str:
        """A mart's query over all rows that there are now of the groups that are not settled."""
        return reading(model.sql, {grouping.source: grouping.among_unsettled(self.connection)})

    def _change_groups(self, table: str, left: str, came: str, again: Callable[[], str]) -> None:
        change_groups(self.tables, table, self._grouping(self.models[table]), left=left, came=came, again=again)

    def _grouping(self, model: Model) -> Grouping:
        return Grouping.of(self.connection, model.sql, list(self.tables.columns(model.table)))

    def write_ops(self) -> None:
        """What the batches say of themselves, and the ledger."""
        write_ledger(self.connection, self.deliveries, self.reference, self.touched.feeds)
        for model in in_dependency_order(self.models.values()):
            if model.schema == "ops":
                self.tables.rewrite(model.table, model.sql)

    def moves_signals(self, data_until: Mapping[str, date]) -> bool:
        """Whether anything has changed that the early warning reads."""
        then = self.base.manifest["data_until"].get("incident")
        now = data_until.get("incident")
        return bool(SIGNALLED & self.tables.changed) or then != (now and now.isoformat())

    def close(self) -> None:
        """Forget the scratch databases of the last generation and of the changes."""
        for side in (BEFORE, REMOVED, ADDED):
            self.connection.execute(f"detach {side}")
