"""One chunk of a file becomes records, quarantined rows and dropped rows; every source row ends in one of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

import numpy as np
import polars as pl

from etl.checks import breaks_no_rule
from etl.columns import compose
from etl.feeds import Feed
from etl.fields import TYPES, hours_of, parse_field
from etl.mapping_parts import Column
from etl.pseudonyms import kept_half, published_half
from etl.readers import ROW_COLUMNS
from etl.recipe import Recipe
from etl.register import Registered, register_chunk, registered_lookup
from etl.totals import Sums, sum_up
from etl.unpivot import unpivot
from etl.values import clean, normalise_spellings, parse_quantities

REASON_ORDER = ("missing_required", "out_of_range", "inconsistent")
FAULTS = {"__row": pl.UInt32, "reason_code": pl.String, "field": pl.String}
# An unfolded column needs no entry of its own in [columns]: its text is read as it stands.
UNFOLDED = Column(constant="", required=True)


@dataclass(frozen=True)
class Chunk:
    """What became of the source rows of one chunk.

    `set_aside`: the text of the rows that gave no record, with `__reason` and `__field`; see `etl.quarantine`.
    `dropped`: rows without any text; printed totals and footnotes are among those set aside.
    """

    records: pl.DataFrame
    set_aside: pl.DataFrame
    rows_in: int
    dropped: int
    registered: Registered
    sums: Sums


def work_chunk(chunk: pl.DataFrame, recipe: Recipe) -> Chunk:
    """Text rows (see `etl.readers.Table.chunks`) -> records, rows set aside, counts."""
    text = chunk.with_row_index("__row")
    is_total = _are_totals(text[recipe.first_header], recipe)
    is_row = ~text["__blank"]
    is_whole = bool(text["__fault"].null_count() == text.height and is_row.all() and not is_total.any())
    aligned = text if is_whole else text.filter(text["__fault"].is_null() & is_row & ~is_total)
    rows = unpivot(aligned, recipe.mapping, recipe.all_headers) if recipe.mapping.unpivot else aligned
    registered = register_chunk(rows, recipe.mapping)
    lookups = {
        "org": registered_lookup(registered.org),
        "dispute_type": registered_lookup(registered.dispute_type),
    }
    typed, faults = parse_rows(rows, replace(recipe, context=replace(recipe.context, registered=lookups)))
    records, faults = make_records(typed, faults, recipe)
    bad = faults
    if not is_whole or recipe.mapping.unpivot:
        totals = text.select("__row").filter(is_total & is_row)
        bad = _bad_rows(text.select("__row", "__fault").filter(is_row), faults, totals)
    if faults.height and recipe.mapping.unpivot:
        records = records.join(faults.select("__row").unique(), on="__row", how="anti")
    # `__row` is the place in the chunk: taking rows by it costs nothing beside a join over a wide frame.
    cells = text[bad["__row"]]
    shown = {name: cells[name] for name in chunk.columns if name not in ROW_COLUMNS or name == "__line"}
    set_aside = pl.DataFrame(shown | {"__reason": bad["reason_code"], "__field": bad["field"]})
    sums = sum_up(records, rows, bad["__row"], recipe)
    return Chunk(
        records.select(recipe.feed.record.column_names()),
        # A frame of a few texts holds the memory of all texts they were taken from; through Arrow they are copied out.
        pl.DataFrame(set_aside.to_arrow()),
        chunk.height,
        int((~is_row).sum()) + _rows_without_records(aligned, rows, recipe),
        registered,
        sums,
    )


def _are_totals(label: pl.Series, recipe: Recipe) -> pl.Series:
    is_total = label.is_in(list(recipe.mapping.read.total_words))
    return is_total.fill_null(False) if is_total.null_count() else is_total


def _rows_without_records(aligned: pl.DataFrame, rows: pl.DataFrame, recipe: Recipe) -> int:
    return aligned.height - rows["__row"].n_unique() if recipe.mapping.unpivot else 0


def parse_rows(rows: pl.DataFrame, recipe: Recipe) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Text rows -> a typed frame of the fields that the file fills, and the first fault of each row."""
    mapping, feed = recipe.mapping, recipe.feed
    typed: dict[str, pl.Series] = {"__row": rows["__row"], "line": rows["__line"].cast(pl.UInt32)}
    fault_columns: list[tuple[str, pl.Series]] = []
    for field in feed.fields:
        column = mapping.columns.get(field.name)
        if mapping.unpivot and field.name in (mapping.unpivot.into, mapping.unpivot.value):
            column = column or UNFOLDED
            raw = rows["__into" if field.name == mapping.unpivot.into else "__value"]
        elif column is not None and (column.constant is not None or field.name in recipe.headers):
            raw = compose(rows, column, recipe.headers.get(field.name, ()))
        else:
            continue
        if field.name == "beat_code" and "org_code" in typed:
            raw = _within_station(raw, typed["org_code"], recipe)
        parsed = parse_field(raw, field, column, recipe.context)
        typed[field.name] = parsed.values
        fault = _lossy(parsed.fault, rows, recipe.headers.get(field.name, ())) if field.kind == "key" else parsed.fault
        if fault.null_count() < rows.height:
            fault_columns.append((field.name, fault))
        if field.name == "received_at":
            typed["received_hour"] = hours_of(raw, typed["received_at"])
        if field.kind == "quantity" and "qualifier_code" not in recipe.headers:
            typed["qualifier_code"] = parse_quantities(raw, units=column.units)[1].cast(TYPES["code"])
    helpers = {name: column for name, column in mapping.columns.items() if name.startswith("_")}
    for name, column in helpers.items():
        typed[name] = clean(compose(rows, column, recipe.headers.get(name, ())))
    return pl.DataFrame(typed), _first_faults(rows, fault_columns)


def _within_station(raw: pl.Series, station: pl.Series, recipe: Recipe) -> pl.Series:
    """A beat may be written by its name, which is unique only within its station: the code where that is known."""
    pairs = pl.DataFrame({"station": station.cast(pl.String), "beat": raw})
    known = pairs.unique().drop_nulls()
    spelled = known["station"] + "/" + normalise_spellings(known["beat"])
    lookup = known.with_columns(
        spelled.replace_strict(recipe.context.organisations.beats, default=None, return_dtype=pl.String).alias("code")
    )
    joined = pairs.join(lookup, on=["station", "beat"], how="left", maintain_order="left")
    return joined.select(pl.coalesce("code", "beat")).to_series()


def _lossy(fault: pl.Series, rows: pl.DataFrame, headers: tuple[str, ...]) -> pl.Series:
    """Ids from numeric cells of 16 digits or more have lost digits before we ever saw them."""
    if not headers or "__lossy" not in rows.columns or rows["__lossy"].null_count() == rows.height:
        return fault
    is_lossy = pl.any_horizontal(pl.col("__lossy").list.contains(header) for header in headers).fill_null(False)
    return rows.select(pl.when(is_lossy).then(pl.lit("lossy_id")).otherwise(fault)).to_series()


def _first_faults(rows: pl.DataFrame, columns: list[tuple[str, pl.Series]]) -> pl.DataFrame:
    found = [
        pl.DataFrame({"__row": rows["__row"], "reason_code": fault}).drop_nulls().with_columns(field=pl.lit(name))
        for name, fault in columns
    ]
    if len(found) == 1 and "__into" not in rows.columns:
        return found[0]
    return pl.concat([pl.DataFrame(schema=FAULTS), *found]).unique("__row", keep="first", maintain_order=True)


def make_records(typed: pl.DataFrame, faults: pl.DataFrame, recipe: Recipe) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Typed rows without a fault -> checked records with hashed keys; rows that break a rule join the faults."""
    good = _without(typed, faults["__row"]) if faults.height else typed
    record = recipe.feed.record
    keyed = add_absent(hash_fields(good, recipe), recipe)
    derived = recipe.feed.derive(keyed)
    derived = derived.with_columns(record_keys(derived, keyed, recipe).alias("record_key"), good["__row"])
    early = _before_opening(derived, recipe)
    if early.height:
        faults = pl.concat([faults, early]).unique("__row", keep="first", maintain_order=True)
        good, derived = (frame.join(early, on="__row", how="anti", maintain_order="left") for frame in (good, derived))
    if breaks_no_rule(derived, record):
        return derived, faults
    # The schema names texts; what stands in for them here are categories.
    checked = derived.select(record.column_names()).with_columns(pl.col(pl.Categorical).cast(pl.String))
    _, failure = record.filter(checked)
    broken = _broken_rules(failure.details(), record.column_names()).with_columns(pl.col("line").cast(pl.UInt32))
    rows_by_line = good.select("__row", "line")
    new = broken.join(rows_by_line, on="line").select("__row", "reason_code", "field").unique("__row", keep="first")
    kept = derived.join(new.select("__row"), on="__row", how="anti", maintain_order="left")
    return kept, pl.concat([faults, new.cast(faults.schema)])


def _without(typed: pl.DataFrame, rows: pl.Series) -> pl.DataFrame:
    """The frame without these of its rows."""
    places, left_out = typed["__row"].to_numpy(), rows.to_numpy()
    is_kept = np.ones(max(places.max(initial=0), left_out.max(initial=0)) + 1, np.bool_)
    is_kept[left_out] = False
    return typed.filter(pl.Series(is_kept[places]))


def _broken_rules(details: pl.DataFrame, names: list[str]) -> pl.DataFrame:
    """Rows that broke a rule of the record schema, with the reason code and the column or rule concerned."""
    rules = [name for name in details.columns if name not in names]
    broken = details.unpivot(rules, index="line", variable_name="rule").filter(
        pl.col("value").cast(pl.String) == "invalid"
    )
    rule = pl.col("rule")
    reason = (
        pl.when(rule.str.contains(r"\|nullability$|^missing_required"))
        .then(pl.lit("missing_required"))
        .when(rule.str.starts_with("inconsistent"))
        .then(pl.lit("inconsistent"))
        .otherwise(pl.lit("out_of_range"))
    )
    ranked = broken.with_columns(reason_code=reason, field=rule.str.extract(r"^([^|]+)"))
    order = {code: rank for rank, code in enumerate(REASON_ORDER)}
    return ranked.sort(pl.col("reason_code").replace_strict(order, default=9)).unique("line", keep="first")


def hash_fields(typed: pl.DataFrame, recipe: Recipe) -> pl.DataFrame:
    """Key fields become pseudonyms before anything else is done with them; `incident_key` is the published one."""
    namespace = recipe.mapping.namespace or recipe.mapping.name
    keys = [field for field in recipe.feed.fields if field.kind == "key" and field.name in typed.columns]
    digests = typed.with_columns(
        recipe.key.digest(field.name, purpose=f"{field.purpose}:{namespace}").alias(field.name) for field in keys
    )
    kept = [kept_half(field.name) for field in keys]
    published = [published_half(field.name).alias("incident_key") for field in keys if field.name == "source_key"]
    return digests.with_columns(*kept, *published)


def add_absent(typed: pl.DataFrame, recipe: Recipe) -> pl.DataFrame:
    """What the file does not tell: fields that it does not fill, the usual status, room for the key, the sheet.

    As literals they cost nothing in any step before.
    """
    return typed.with_columns(_absent(recipe.feed, tuple(typed.columns)))


# Expressions take longer to write down than to work out: they are kept for the next chunk.
@lru_cache
def _absent(feed: Feed, there: tuple[str, ...]) -> list[pl.Expr]:
    types = {field.name: TYPES[field.kind] for field in feed.fields}
    types |= {"received_hour": pl.Int16()} | ({"incident_key": pl.String()} if "source_key" in types else {})
    # A record cannot do without some of them: a file that does not tell parts of work tells work done.
    blanks = {field.name: field.blank for field in feed.fields if field.required} | {"record_status_code": "active"}
    given = [pl.col("record_status_code").fill_null("active")] if "record_status_code" in there else []
    absent = [pl.lit(blanks.get(name), dtype).alias(name) for name, dtype in types.items() if name not in there]
    own = {"record_key": pl.lit(""), "sheet_no": pl.lit(1, dtype=pl.Int16)}
    return [*given, *absent, *(value.alias(name) for name, value in own.items())]


def record_keys(derived: pl.DataFrame, keyed: pl.DataFrame, recipe: Recipe) -> pl.Series:
    """The business key of every record: the feed's own key, or the fields that the mapping lists."""
    listed, feed = recipe.mapping.keys.record, recipe.feed
    hashed = {field.name for field in feed.fields if field.kind == "key"}
    if listed is None and isinstance(feed.main_key, str) and feed.main_key in hashed:
        return keyed[feed.main_key]
    provenance = ("record_key", "sheet_no", "line", "record_status_code")
    if listed == "content":
        names = [name for name in derived.columns if name not in provenance]
    elif listed is None:
        names = [feed.main_key] if isinstance(feed.main_key, str) else list(feed.main_key)
    else:
        names = list(listed)
    parts = [(derived if name in derived.columns else keyed)[name].cast(pl.String).fill_null("") for name in names]
    namespace = recipe.mapping.namespace or recipe.mapping.name
    return recipe.key.pseudonyms_of(parts, purpose=f"record:{feed.name}:{namespace}")


def _bad_rows(text: pl.DataFrame, faults: pl.DataFrame, totals: pl.DataFrame) -> pl.DataFrame:
    """One row per source row that gave no record: structural faults first, then the first fault of its cells."""
    structural = text.filter(text["__fault"].is_not_null()).select("__row", reason_code="__fault", field=pl.lit(""))
    printed = totals.select("__row", reason_code=pl.lit("missing_required"), field=pl.lit(""))
    found = [structural.cast(faults.schema), printed.cast(faults.schema), faults]
    return pl.concat(found).unique("__row", keep="first", maintain_order=True)


def _before_opening(derived: pl.DataFrame, recipe: Recipe) -> pl.DataFrame:
    """Records of days on which their unit did not exist yet, as faults."""
    opened = recipe.context.organisations.opened
    first = derived["period_end"].min() if opened and "period_end" in derived.columns else None
    # The extremes first: mostly every unit is older than every record.
    if not isinstance(first, date) or first >= max(opened.values()):
        return pl.DataFrame(schema=FAULTS)
    since = pl.col("org_code").cast(pl.String).replace_strict(opened, default=None, return_dtype=pl.Date)
    early = derived.filter(pl.col("period_end") < since)
    return early.select("__row", reason_code=pl.lit("out_of_range"), field=pl.lit("org_code")).cast(FAULTS)  # type: ignore[arg-type]
