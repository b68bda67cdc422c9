"""Every metric once more, slow and boring: plain Python over the published facts, to be held against the engine."""

from __future__ import annotations

from calendar import isleap, monthrange
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

import duckdb

from tests.warehouse.slow_rules import (
    FOLLOWED,
    RULES,
    SURVEYED,
    WORK_COUNTS,
    WORK_RATIOS,
    Number,
    Parts,
    Row,
    Rule,
    delivered,
    interpolated_quantile,
    is_followed,
    kaplan_meier_quantile,
    kaplan_meier_share,
    life,
    stock_rule,
)
from warehouse.metrics import METRICS

Key = str | None

TABLES = (
    "fct_incident",
    "fct_mediation",
    "fct_visit",
    "fct_satisfaction",
    "fct_activity",
    "dim_org",
    "dim_code",
    "dim_dispute_type",
    "population",
    "visit_target",
    "reporting",
)
DAY = timedelta(days=1)
FOLLOW_UP = timedelta(days=90)
ORGANISATIONS = ("city_bureau", "branch", "station", "station_type")


@dataclass(frozen=True, repr=False)
class Published:
    """All rows a reader can see, by table, and the last day of every feed."""

    tables: Mapping[str, Sequence[Row]]
    until: Mapping[str, date]


@dataclass(frozen=True)
class Figure:
    """One number and its parts."""

    numerator: Number = None
    denominator: Number = None
    value: Number = None


def read_published(connection: duckdb.DuckDBPyConnection) -> Published:
    """Read everything; places and types are written onto the rows that name them."""
    tables = {name: _rows(connection, f"select * from core.{name}") for name in TABLES}
    until = {row["feed"]: row["data_until"] for row in _rows(connection, "select * from ops.data_until")}
    stations = {row["code"]: row for row in tables["dim_org"]}
    groups = {row["code"]: row["group_code"] for row in tables["dim_dispute_type"]}
    for name in (*(table for table in TABLES if table.startswith("fct_")), "visit_target"):
        for row in tables[name]:
            if name == "visit_target":
                unit = stations.get(row["org_code"], {})
                row |= {f"{level}_code": unit.get(f"{level}_code") for level in ("station", "branch", "city_bureau")}
            station = stations.get(row["station_code"], {})
            row["station_type_code"] = station.get("station_type_code")
            row["on_time_minutes"] = station.get("on_time_minutes")
            row["dispute_group_code"] = groups.get(row.get("dispute_type_code"))
            row["visit_category_code"] = row.get("category_code")
            received, hour = row.get("received_on"), row.get("received_hour")
            row["weekday_code"] = str(received.isoweekday()) if received else None
            row["hour_code"] = None if hour is None else f"{hour // 10}{hour % 10}"
            row["mediation_place_code"] = row.get("place_code")
            # Where work was done; an incident's channel is where it came from.
            row["service_channel_code"] = row.get("channel_code")
    return Published(tables, until)


def _rows(connection: duckdb.DuckDBPyConnection, sql: str) -> list[Row]:
    found = connection.execute(sql)
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def cells(published: Published, metric: str, start: date, end: date, by: str | None) -> dict[Key, Figure]:
    """Every cell that has rows between two days, both inclusive, by one dimension or in all."""
    if by == "month":
        months = {f"{first:%Y-%m}": _cell(published, metric, first, last) for first, last in months_of(start, end)}
        return {month: figure for month, figure in months.items() if figure is not None}
    if by == "day":
        every = (start + number * DAY for number in range((end - start).days + 1))
        days = {day.isoformat(): _cell(published, metric, day, day) for day in every}
        return {day: figure for day, figure in days.items() if figure is not None}
    return _cells(published, metric, start, end, by)


def _cell(published: Published, metric: str, start: date, end: date) -> Figure | None:
    return _cells(published, metric, start, end, None).get(None)


def months_of(start: date, end: date) -> Iterator[tuple[date, date]]:
    """The months of a window, the first and the last cut to its days."""
    while start <= end:
        last = month_end(start)
        yield start, min(last, end)
        start = last + DAY


def month_end(day: date) -> date:
    """The last day of a day's month."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def _cells(published: Published, metric: str, start: date, end: date, by: str | None) -> dict[Key, Figure]:
    if metric == "unresolved_count":
        return _stock(published, end, by)
    if metric == "visit_coverage_rate":
        return _coverage(published, start, end, by)
    if metric.startswith("response_minutes_"):
        return _response(published, metric, start, end, by)
    if metric.startswith(("days_to_resolution_", "closed_within_", "closed_same_day_")):
        return _duration(published, metric, start, end, by)
    if metric == "incident_rate_per_10k":
        return _rate_of_residents(published, start, end, by)
    if METRICS[metric].feed == "activity":
        return _activity(published, metric, start, end, by)
    if METRICS[metric].feed == "satisfaction":
        return _satisfaction(published, metric, start, end, by)
    rule, scale, is_closed = RULES[metric]
    if metric in FOLLOWED:
        end = min(end, published.until["incident"] - FOLLOW_UP)
    rows = published.tables[f"fct_{METRICS[metric].feed}"]
    chosen = [row for row in rows if _is_inside(_closed_days(row) if is_closed else _days(row), start, end)]
    return _summed(_grouped(chosen, by), rule, scale, is_ratio=METRICS[metric].kind == "ratio")


def _days(row: Row) -> tuple[date, date] | None:
    """The days a row stands for."""
    if "period_start" in row:
        return row["period_start"], row["period_end"]
    day = row["held_on"] if "held_on" in row else row["invited_on"]
    return day, day


def _closed_days(row: Row) -> tuple[date, date] | None:
    """The day of closing; a total that says how many closed stands for its period."""
    if row["is_total"]:
        return _days(row) if row["closed_count"] is not None else None
    return (row["closed_on"], row["closed_on"]) if row["closed_on"] else None


def _is_inside(days: tuple[date, date] | None, start: date, end: date) -> bool:
    return days is not None and start <= days[0] and days[1] <= end


def _grouped(rows: Iterable[Row], by: str | None) -> dict[Key, list[Row]]:
    groups: dict[Key, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row[f"{by}_code"] if by else None].append(row)
    return groups


def _summed(groups: Mapping[Key, Sequence[Row]], rule: Rule, scale: int, *, is_ratio: bool) -> dict[Key, Figure]:
    return {key: _sum(list(map(rule, rows)), scale, is_ratio=is_ratio) for key, rows in groups.items()}


def _sum(parts: Sequence[Parts], scale: int, *, is_ratio: bool) -> Figure:
    """Of a ratio only the rows that deliver both parts count."""
    if not is_ratio:
        known = [numerator for numerator, _ in parts if numerator is not None]
        total = sum(known, Fraction(0)) if known else None
        return Figure(total, None, total)
    both = [(numerator, below) for numerator, below in parts if numerator is not None and below is not None]
    if not both:
        return Figure()
    numerator = sum((above for above, _ in both), Fraction(0))
    denominator = sum((below for _, below in both), Fraction(0))
    return Figure(numerator, denominator, scale * numerator / denominator if denominator else None)


# --- the stock, lists of targets, quantiles ---------------------------------------------------------------------------


def _stock(published: Published, end: date, by: str | None) -> dict[Key, Figure]:
    """What came in until a day and is open on it; there is no first day."""
    rows = [
        row | {"age_band_code": _age_band((end - row["period_start"]).days)}
        for row in published.tables["fct_incident"]
        if row["period_start"] <= end
    ]

    return _summed(_grouped(rows, by), stock_rule(end), 1, is_ratio=False)


def _age_band(days: int) -> str:
    for oldest, band in ((7, "0-7"), (30, "8-30"), (90, "31-90")):
        if days <= oldest:
            return band
    return "90+"


def _coverage(published: Published, start: date, end: date, by: str | None) -> dict[Key, Figure]:
    whole = [first for first, last in months_of(start, end) if first.day == 1 and last == month_end(first)]
    rows = [row for row in published.tables["visit_target"] if whole and row["month_start"] == whole[-1]]

    def rule(row: Row) -> Parts:
        return delivered(row, "targets_visited", "targets")

    return _summed(_grouped(rows, by), rule, 1, is_ratio=True)


def _share_asked(metric: str) -> Fraction:
    return Fraction(9, 10) if metric.endswith("_p90") else Fraction(1, 2)


def _response(published: Published, metric: str, start: date, end: date, by: str | None) -> dict[Key, Figure]:
    rows = [
        row
        for row in published.tables["fct_incident"]
        if _is_inside(_days(row), start, end) and row["is_urgent"] and row["response_minutes"] is not None
    ]
    share = _share_asked(metric)
    found = {}
    for key, group in _grouped(rows, by).items():
        minutes = [row["response_minutes"] for row in group for _ in range(row["incident_count"])]
        found[key] = Figure(None, Fraction(len(minutes)), interpolated_quantile(minutes, share))
    return found


def _duration(published: Published, metric: str, start: date, end: date, by: str | None) -> dict[Key, Figure]:
    until = published.until["incident"]
    rows = [row for row in published.tables["fct_incident"] if _is_inside(_days(row), start, end) and is_followed(row)]
    found = {}
    for key, group in _grouped(rows, by).items():
        lives = [life(row, until) for row in group for _ in range(row["incident_count"])]
        found[key] = Figure(None, Fraction(len(lives)), _read_from_lives(metric, lives))
    return found


def _read_from_lives(metric: str, lives: Sequence[tuple[int, bool]]) -> Number:
    if metric == "closed_same_day_rate":
        return kaplan_meier_share(lives, 0)
    if metric.startswith("closed_within_"):
        return kaplan_meier_share(lives, int(metric.split("_")[2]))
    return kaplan_meier_quantile(lives, _share_asked(metric))


# --- residents --------------------------------------------------------------------------------------------------------


def _rate_of_residents(published: Published, start: date, end: date, by: str | None) -> dict[Key, Figure]:
    found = {}
    for key, figure in _cells(published, "dispute_incident_count", start, end, by).items():
        units = [unit for unit in stations(published) if _belongs(unit, by, key)]
        years = person_years(published, units, start, end)
        is_long = (end - start).days + 1 >= 28
        value = 10_000 * figure.numerator / years if figure.numerator is not None and years and is_long else None
        found[key] = Figure(figure.numerator, years, value)
    return found


def stations(published: Published) -> list[Row]:
    """The units that report."""
    return [row for row in published.tables["dim_org"] if row["level_code"] == "station"]


def _belongs(unit: Row, by: str | None, key: Key) -> bool:
    """A dimension that is no place takes everybody."""
    return by not in ORGANISATIONS or unit[f"{by}_code"] == key


def person_years(published: Published, units: Sequence[Row], start: date, end: date) -> Number:
    """Residents times days over the days of the year, of every unit on the days it existed."""
    known: dict[str, dict[int, int]] = defaultdict(dict)
    for row in published.tables["population"]:
        if row["residents"] is not None:
            known[row["org_code"]][row["year"]] = row["residents"]
    total, is_known = Fraction(0), False
    for unit in (unit for unit in units if unit["code"] in known):
        for year in range(start.year, end.year + 1):
            first = max(start, date(year, 1, 1), unit["valid_from"] or start)
            last = min(end, date(year, 12, 31), unit["valid_to"] or end)
            days = (last - first).days + 1
            if days > 0:
                is_known = True
                total += Fraction(_residents(known[unit["code"]], year) * days, 366 if isleap(year) else 365)
    return total if is_known else None


def _residents(of_unit: Mapping[int, int], year: int) -> int:
    """Of the year, else the last known before it, else the first."""
    before = [known for known in of_unit if known <= year]
    return of_unit[max(before) if before else min(of_unit)]


# --- surveys ----------------------------------------------------------------------------------------------------------


def _satisfaction(published: Published, metric: str, start: date, end: date, by: str | None) -> dict[Key, Figure]:
    every = published.tables["fct_satisfaction"]
    rows = [row for row in every if row["scale_points"] == 5]
    surveys = [code for code in published.tables["dim_code"] if code["list_code"] == "survey"]
    headlines = {code["code"] for code in surveys if "headline" in (code["flags"] or "")}
    headlines &= {row["survey_code"] for row in rows}
    if metric == "answer_level_share":
        rows = _for_each_level(every, by)
    if headlines and by not in ("survey", "subject"):
        rows = [row for row in rows if row["survey_code"] in headlines]
    inside = [row for row in rows if _is_inside(_days(row), start, end)]
    return _summed(_grouped(inside, by), SURVEYED[metric], 1, is_ratio=True)


def _for_each_level(rows: Iterable[Row], by: str | None) -> list[Row]:
    """An answer stands below the line of every level of its scale; asked of no level, it is "very satisfied" of 5."""
    levels = [(row, level) for row in rows for level in range(1, row["scale_points"] + 1)]
    return [
        row | {"of_level": level, "level_code": f"{row['scale_points']}-{level}"}
        for row, level in levels
        if by == "level" or (row["scale_points"], level) == (5, 5)
    ]


# --- daily work -------------------------------------------------------------------------------------------------------


def _activity(published: Published, metric: str, start: date, end: date, by: str | None) -> dict[Key, Figure]:
    rows = published.tables["fct_activity"]
    inside = [row for row in rows if _is_inside(_days(row), start, end)]
    if metric not in WORK_RATIOS:
        kind = WORK_COUNTS[metric]
        counted = [row for row in inside if (row["activity_code"], row["part_code"], row["unit_code"]) == kind]
        groups = _grouped(counted, by)
        return {key: _exact_or_at_least(group) for key, group in groups.items()}
    above, below, must_report = WORK_RATIOS[metric]
    inside = [row for row in inside if row["qualifier_code"] == "exact"]
    if must_report:
        kinds = {_kind(row) for row in rows if row["part_code"] in above}
        inside = [row for row in inside if _kind(row) in kinds]
    else:
        inside = [row for row in inside if row["activity_code"] == "suggestion"]

    def rule(row: Row) -> Parts:
        quantity = Fraction(row["quantity"])
        return quantity if row["part_code"] in above else Fraction(0), quantity * (row["part_code"] == below)

    return _summed(_grouped(inside, by), rule, 1, is_ratio=True)


def _kind(row: Row) -> tuple[str | None, ...]:
    return row["activity_code"], row["channel_code"], row["unit_code"]


def _exact_or_at_least(rows: Sequence[Row]) -> Figure:
    """ "More than 120" stands in only where there is no exact figure; the two are never added."""
    for qualifier in ("exact", "at_least"):
        quantities = [row["quantity"] for row in rows if row["qualifier_code"] == qualifier]
        if quantities:
            return Figure(Fraction(sum(quantities)), None, Fraction(sum(quantities)))
    return Figure()


# --- what a cell without rows means, and beats ------------------------------------------------------------------------


def is_reported(published: Published, feed: str, by: str | None, key: Key, start: date, end: date) -> bool:
    """Whether any unit of the cell delivered any day: then no row means zero."""
    reports = [row for row in published.tables["reporting"] if row["feed"] == feed and row["window_start"]]
    is_named = by in ORGANISATIONS and key is not None
    units = [unit for unit in stations(published) if not is_named or unit[f"{by}_code"] == key]
    return any(_spoke(unit, row, start, end) for unit in units for row in reports if row["dispute_type_code"] is None)


def _spoke(unit: Row, report: Row, start: date, end: date) -> bool:
    places = (None, unit["code"], unit["branch_code"], unit["city_bureau_code"])
    first = max(start, report["window_start"], unit["valid_from"] or start)
    last = min(end, report["window_end"], unit["valid_to"] or end)
    return report["org_code"] in places and first <= last


def beat_cells(records: Iterable[tuple[str, date, date, int]], start: date, end: date) -> dict[Key, Figure]:
    """Counts by beat of (beat, first day, last day, count): of whole months only."""
    whole = {first for first, last in months_of(start, end) if first.day == 1 and last == month_end(first)}
    counts: dict[Key, int] = defaultdict(int)
    for beat, first, last, count in records:
        if first.replace(day=1) in whole and last <= month_end(first):
            counts[beat] += count
    return {beat: Figure(Fraction(count), None, Fraction(count)) for beat, count in counts.items()}
