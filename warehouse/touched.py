"""The archived records that a night's batches touch, with all their versions, as the archive of a very small build.

Two scratch databases hold it: `before`, as the batches of the last generation tell it, and `staging`, as those of the
next do. The same models run over both; where they say the same, nothing has changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import duckdb
import numpy as np
import polars as pl

from warehouse.archive_rows import FeedArchive, Places, places_of
from warehouse.deliveries import Deliveries, NeedsFull, Window
from warehouse.index_piece import Hashes
from warehouse.key_expressions import DISPUTE, KEY, LIST, PROTECTED, TARGET
from warehouse.model_files import BEFORE, SCRATCH, Model, in_dependency_order
from warehouse.scratch import quoted, write_tables
from warehouse.versions import empty_model, version_models

SIDES = (BEFORE, SCRATCH)
# Feeds whose records are looked up by key; the others are so small that they are read whole.
KEYED = ("incident", "mediation", "visit", "satisfaction", "activity", "visit_target")
# More would be slower than building everything again.
MOST_RECORDS = 400_000
_SCRATCH_TABLE = re.compile(rf"\b{SCRATCH}\.")


def on_side(sql: str, side: str) -> str:
    """A model's SQL, reading the scratch database of that side."""
    return _SCRATCH_TABLE.sub(f"{side}.", sql)


@dataclass
class Touched:
    """Loads what is touched; afterwards `feeds` names the feeds of which anything is."""

    connection: duckdb.DuckDBPyConnection
    deliveries: Deliveries
    archives: Mapping[str, FeedArchive]
    feeds: set[str] = field(default_factory=set)
    _have: dict[str, Places] = field(default_factory=dict)
    _frames: dict[str, list[pl.DataFrame]] = field(default_factory=dict)

    def load(self) -> None:
        """Find the records, and all that is published together with them, and decide between their versions."""
        for feed in KEYED:
            self._add(feed, self._delivered(feed))
        self._reduce(KEYED)
        grown = self._add_disputes() | self._add_targets() | self._add_protected()
        self._reduce(grown)
        self.feeds = {feed for feed in KEYED if self._have[feed].size}

    def _delivered(self, feed: str) -> Places:
        """Records of the batches that came or went, and those that their snapshots count out."""
        archive = self.archives[feed]
        places = [archive.rows_of(self.deliveries.changed_numbers(feed))]
        for number, batch, window in self.deliveries.restated(feed):
            places.append(places_of(number, self._inside(str(batch.parquet), window)))
        return np.concatenate(places)

    def _inside(self, file: str, window: Window | None) -> Places:
        inside = f"period_start >= date '{window[0]}' and period_end <= date '{window[1]}'" if window else "true"
        sql = f"select file_row_number as row_no from read_parquet('{quoted(file)}') where {inside}"
        return self.connection.execute(sql).fetchnumpy()["row_no"].astype(np.int64)

    def _add(self, feed: str, places: Places) -> bool:
        """Read these records and all versions of them; whether any was not yet there."""
        archive, have = self.archives[feed], self._have.get(feed, np.empty(0, np.int64))
        fresh = np.setdiff1d(places, have)
        self._check_size(have.size + fresh.size)
        frame = archive.read(self.connection, fresh)
        versions = archive.find(self.connection, KEY, self._hashes("record_key", frame))
        others = np.setdiff1d(versions, np.concatenate([have, fresh]))
        self._have[feed] = np.concatenate([have, fresh, others])
        self._check_size(self._have[feed].size)
        self._frames.setdefault(feed, []).extend([frame, archive.read(self.connection, others)])
        return bool(fresh.size)

    def _check_size(self, records: int) -> None:
        if records > MOST_RECORDS:
            raise NeedsFull(f"more than {MOST_RECORDS} records are touched")

    def _hashes(self, column: str, frame: pl.DataFrame) -> Hashes:
        self.connection.register("frame", frame.select(column))
        found = self.connection.execute(f"select distinct hash({column}) as hash from frame").fetchnumpy()["hash"]
        self.connection.unregister("frame")
        return np.asarray(found, np.uint64)

    def _reduce(self, feeds: Iterable[str]) -> None:
        """The archive of each side, and which of its records count."""
        for feed in feeds:
            is_empty = not self._have[feed].size
            write_tables(self.connection, {f"touched_{feed}": pl.concat(self._frames[feed])})
            columns = list(self.archives[feed].schema)
            for side in SIDES:
                hidden = self.deliveries.changed_numbers(feed, came=side == BEFORE)
                self.connection.execute(
                    f"create or replace view {side}.archive_{feed} as select * from {SCRATCH}.touched_{feed}"
                    f" where not list_contains({hidden}::bigint[], batch_no)"
                )
                if is_empty:
                    create(self.connection, empty_model(feed, scratch=side))
                else:
                    for model in in_dependency_order(version_models(self.connection, feed, columns, scratch=side)):
                        create(self.connection, model)

    def _changed(self, feed: str) -> str:
        """A sub-query: records that count on one side only."""
        counting = [
            f"(select a.* from {side}.archive_{feed} as a anti join {side}.left_out_{feed} as x"
            " on a.batch_no = x.batch_no and a.row_no = x.row_no)"
            for side in SIDES
        ]
        same = "on a.batch_no = b.batch_no and a.row_no = b.row_no"
        both = [f"select a.* from {one} as a anti join {two} as b {same}" for one, two in (counting, counting[::-1])]
        return f"({' union all '.join(both)})"

    def _lookup(self, feed: str, name: str, hashes: str) -> Places:
        """Places in the index `name` of the hashes that a query finds."""
        found = self.connection.execute(hashes).fetchnumpy()["hash"]
        return self.archives[feed].find(self.connection, name, np.asarray(found, np.uint64))

    def _add_disputes(self) -> set[str]:
        """All cases of a dispute of which one has changed: an earlier one may gain or lose its repeat."""
        hashes = (
            f"select distinct hash(dispute_key) as hash from {self._changed('incident')} where dispute_key is not null"
        )
        return {"incident"} if self._add("incident", self._lookup("incident", DISPUTE, hashes)) else set()

    def _add_targets(self) -> set[str]:
        """All visits of a target in a month, and all lists that name it, of which one has changed."""
        if not any(batch.feed == "visit_target" and batch.records for _, batch in self.deliveries.numbered):
            return set()
        hashes = f"""
            select distinct hash(target_key, year(visited_on) * 12 + month(visited_on)) as hash
            from {self._changed("visit")} where target_key is not null and visited_on is not null
            union
            select distinct hash(target_key, year(month_start) * 12 + month(month_start))
            from {self._changed("visit_target")} where target_key is not null
        """
        return {feed for feed in ("visit", "visit_target") if self._add(feed, self._lookup(feed, TARGET, hashes))}

    def add_lists(self, groups: str) -> None:
        """All that was listed, by whomever, in the months and categories of a table of groups, and its visits."""
        lists = (
            f"select distinct hash(category_code, year(month_start) * 12 + month(month_start)) as hash from {groups}"
        )
        self._add("visit_target", self._lookup("visit_target", LIST, lists))
        self._reduce(["visit_target"])
        visits = f"""
            select distinct hash(t.target_key, year(t.month_start) * 12 + month(t.month_start)) as hash
            from {SCRATCH}.archive_visit_target as t
            semi join {groups} as g on g.month_start = t.month_start and g.category_code = t.category_code
            where t.target_key is not null
        """
        self._add("visit", self._lookup("visit", TARGET, visits))
        self._reduce(["visit"])

    def _add_protected(self) -> set[str]:
        """All protected visits of a month and station of which one has changed: they are published as their total."""
        changed = f"""
            select v.*, o.published_code from {self._changed("visit")} as v
            inner join {SCRATCH}.code_flag as f
                on f.flag = 'month_station_only' and (
                    (f.list_code = 'visit_category' and f.code = v.category_code)
                    or (f.list_code = 'visit_purpose' and f.code = v.purpose_code)
                )
            left join {SCRATCH}.org_place as o on o.org_code = v.org_code
        """
        if self.connection.execute(f"select 1 from ({changed}) where published_code is null limit 1").fetchone():
            raise NeedsFull("a protected visit of a unit that is not known has changed")
        hashes = f"""
            select distinct hash(o.org_code, year(c.period_start) * 12 + month(c.period_start)) as hash
            from ({changed}) as c inner join {SCRATCH}.org_place as o on o.published_code = c.published_code
        """
        return {"visit"} if self._add("visit", self._lookup("visit", PROTECTED, hashes)) else set()


def create(connection: duckdb.DuckDBPyConnection, model: Model) -> None:
    """Make a scratch model's table or view."""
    connection.execute(f"create or replace {model.kind} {model.table} as\n{model.sql}")
