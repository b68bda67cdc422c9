"""The registry: every metric is complete, keeps Law 2, names columns that exist, and is a macro that says so."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from tests.warehouse.small_archive import SmallArchive
from warehouse.__main__ import app
from warehouse.dimensions import DIMENSIONS
from warehouse.generations import DATABASE, MANIFEST
from warehouse.metric_definition import Metric
from warehouse.metric_sql import joins_for
from warehouse.metrics import HEADLINES, METRICS
from warehouse.reference import codes_of
from warehouse.relations import RELATIONS, Source

Connection = duckdb.DuckDBPyConnection
CHINESE = re.compile(r"[\u4e00-\u9fff]")
# The figures that the board promises, by the words of its practice.
PROMISED = {
    "dispute_incident_count", "dispute_case_count", "incident_rate_per_10k", "resolution_rate_received",
    "resolution_rate_closed", "mediation_success_rate", "unresolved_count", "referral_rate",
    "referral_completion_rate", "repeat_rate_90d", "escalation_count", "settled_before_arrival_rate",
    "found_before_call_rate", "on_request_mediation_share", "away_from_station_share", "joint_mediation_share",
    "response_minutes_median", "response_minutes_p90", "on_time_arrival_rate", "days_to_resolution_median",
    "days_to_resolution_p90", "satisfaction_rate_top1", "satisfaction_rate_top2", "satisfaction_rate_top3",
    "dissatisfaction_rate", "survey_response_rate", "satisfaction_lowest_rate", "satisfaction_highest_rate",
    "visit_count", "households_visited_count", "visit_coverage_rate", "disputes_found_per_100_visits",
    "answer_level_share", "opinion_count", "visit_dispute_found_count", "visit_dispute_settled_count",
    "suggestion_answer_rate", "on_the_spot_rate", "one_visit_rate",
}  # fmt: skip
# What stations report of their daily work: activity, part, unit.
PRACTISED = {
    ("small_case", "received", "case"), ("small_case", "cleared", "case"), ("hukou_service", "completed", "item"),
    ("id_card_service", "completed", "item"), ("home_delivery", "done", "time"), ("rescue", "done", "case"),
    ("patrol_trip", "done", "time"), ("patrol_trip", "kilometres", "kilometre"), ("legal_talk", "done", "time"),
    ("public_meeting", "done", "time"), ("suggestion", "received", "item"), ("outreach_material", "done", "copy"),
    ("inspection", "done", "time"), ("information_update", "done", "item"), ("warning_posted", "done", "item"),
    ("online_consult", "answered", "item"), ("market_day", "done", "time"), ("market_day", "persons", "person_time"),
    ("market_day", "on_the_spot", "item"), ("family_session", "done", "time"),
    ("family_session", "households", "household"), ("dispute_sweep", "done", "time"), ("joint_patrol", "done", "time"),
    ("joint_patrol", "persons", "person_time"), ("market_day", "received", "item"), ("inspection", "found", "item"),
    ("sales_report", "done", "item"), ("vehicle_driver", "completed", "item"), ("legal_advice", "completed", "item"),
    ("suggestion", "answered", "item"), ("suggestion", "refused_with_reason", "item"),
}  # fmt: skip
# What a name ends in says what the figure is.
ENDINGS = r"(_count|_rate|_share|_rate_(top[123]|received|closed|90d|per_10k|per_1000)|_per_100_visits|_median|_p90)"
# A resolution rate of what? Satisfied by which answers? A figure without its denominator in its name means nothing.
PLAIN_IDS = {"resolution_rate", "satisfaction_rate", "satisfaction", "mediation_rate", "coverage_rate", "repeat_rate"}
PLAIN_NAMES = {
    "化解率",
    "满意度",
    "满意率",
    "覆盖率",
    "重复率",
    "办结率",
    "resolution rate",
    "satisfaction",
    "satisfaction rate",
}
every_metric = pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS)


def attach(database: Path) -> Connection:
    connection = duckdb.connect(":memory:", config={"threads": 1})
    connection.execute(f"attach '{database}' as generation (read_only)")
    connection.execute("use generation")
    return connection


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory whose generation holds one record of every feed."""
    folder = tmp_path_factory.mktemp("registry")
    archive = SmallArchive(folder)
    archive.deliver_orgs()
    for feed in ("incident", "mediation", "visit", "satisfaction", "activity"):
        archive.deliver(feed, {"key": "1"}, window=["2026-01-01", "2026-01-31"])
    archive.deliver("visit_target", {"key": "1", "targets": 4, "targets_visited": 1})
    archive.deliver("population", {"key": "1", "residents": 1000})
    target = folder / "data" / "generations" / "one"
    target.mkdir(parents=True)
    archive.build().database.rename(target / DATABASE)
    (target / MANIFEST).write_text(json.dumps({"batches": []}), "utf-8")
    (folder / "data" / "current").symlink_to("generations/one")
    return folder / "data"


@pytest.fixture(scope="module")
def connection(data: Path) -> Iterator[Connection]:
    with attach(data / "current" / DATABASE) as opened:
        yield opened


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """A warehouse into which nothing was ever delivered."""
    with attach(SmallArchive(tmp_path_factory.mktemp("empty")).build().database) as opened:
        yield opened


# What is declared


def test_every_promised_metric_is_there() -> None:
    assert PROMISED - METRICS.keys() == set()
    assert set(HEADLINES) <= METRICS.keys()


def test_every_kind_of_daily_work_that_stations_report_is_counted() -> None:
    pattern = re.compile(r"activity_code = '(\w+)' and r\.part_code = '(\w+)' and r\.unit_code = '(\w+)'")
    counted = {found.groups() for one in METRICS.values() if one.condition and (found := pattern.search(one.condition))}
    assert PRACTISED - counted == set()


@every_metric
def test_a_metric_is_called_by_a_term_of_its_own_field(metric: Metric) -> None:
    assert re.fullmatch(rf"[a-z][a-z0-9_]*?{ENDINGS}", metric.id)
    assert metric.id not in PLAIN_IDS
    assert {metric.name.zh, metric.name.en}.isdisjoint(PLAIN_NAMES)


def test_no_two_metrics_share_a_name() -> None:
    for language in ("zh", "en"):
        names = [metric.name.in_language(language) for metric in METRICS.values()]
        assert sorted(names) == sorted(set(names))


@every_metric
def test_every_text_is_written_in_chinese_and_in_english_without_any(metric: Metric) -> None:
    texts = [metric.name, metric.formula, metric.why, metric.phrase, metric.owner]
    assert [text.zh for text in texts if not CHINESE.search(text.zh)] == []
    assert [text.en for text in texts if not re.search("[a-z]", text.en) or CHINESE.search(text.en)] == []
    # A sentence goes on behind them, and a table cell ends at a column sign.
    said = [text for pair in texts for text in (pair.zh, pair.en)]
    assert [text for text in said if text != text.strip() or "|" in text or text[-1] in "。.；;，,"] == []


@every_metric
def test_a_figure_has_the_parts_of_its_kind(metric: Metric) -> None:
    has_denominator = metric.denominator is not None
    assert has_denominator == (metric.kind not in ("additive", "stock"))
    read_from_cases = [metric.quantile, metric.within_days]
    assert sum(one is not None for one in read_from_cases) == (metric.kind in ("quantile", "survival"))
    assert metric.within_days is None or metric.kind == "survival"
    assert metric.quantile is None or f"{metric.quantile:.2f}" == ("0.90" if metric.id.endswith("_p90") else "0.50")
    assert (metric.scale != 1) == metric.unit.startswith("per_")
    assert (metric.unit == "fraction") == (metric.interval == "wilson" or metric.within_days is not None)
    assert metric.smallest_n >= (20 if metric.is_count or metric.unit == "per_10k_year" else 30)


@every_metric
def test_a_metric_reads_rows_of_its_feed_by_the_day_it_says(metric: Metric) -> None:
    assert metric.feed == RELATIONS[metric.relation].feed
    assert (metric.date_role == "closed") == (metric.relation == "incident_closed")
    # What is followed up is followed from the day it was closed.
    assert not metric.follow_up_days or metric.date_role == "closed"
    assert (metric.kind == "semi_additive") == (metric.grains == ("month",))


# Law 2


@every_metric
def test_a_metric_is_split_only_by_known_dimensions_that_its_rows_have(metric: Metric) -> None:
    offered = set(RELATIONS[metric.relation].dimensions)
    if metric.beat:
        offered |= RELATIONS[metric.beat[0]].dimensions
    assert metric.dimensions <= DIMENSIONS.keys()
    assert metric.dimensions <= offered
    assert {"city_bureau", "branch", "station", "month"} <= metric.dimensions


@every_metric
def test_below_the_station_there_are_monthly_counts_and_nothing_else(metric: Metric) -> None:
    assert ("beat" in metric.dimensions) == (metric.beat is not None)
    if metric.beat:
        assert metric.kind == "additive"
        assert metric.denominator is None
        (source,) = RELATIONS[metric.beat[0]].sources
        assert (source.table, source.grain) == ("mart.beat_month", "month")


def test_only_counts_of_incidents_and_visits_go_below_the_station() -> None:
    assert {one.id for one in METRICS.values() if one.beat} == {"dispute_case_count", "visit_count"}


def test_no_metric_is_split_by_anything_that_tells_persons_apart() -> None:
    personal = re.compile(r"officer|person|name|victim|party|\bage\b|sex|ethnic")
    assert [name for name in DIMENSIONS if personal.search(name)] == []


# Against a warehouse


SOURCES = {
    f"{relation.name} {number}": source
    for relation in RELATIONS.values()
    for number, source in enumerate(relation.sources)
}


@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
def test_a_source_has_every_column_that_it_names(source: Source, connection: Connection) -> None:
    # The band of an age is worked out for the day that is asked for.
    columns = [text for name, text in source.dimensions.items() if name != "age_band"]
    columns += [source.month] if source.grain == "month" else [source.month, source.start, source.end]
    selected = ", ".join(columns)
    connection.execute(f"select {selected} from {source.table} as r {joins_for(selected)} limit 0")


@every_metric
def test_every_source_of_a_metric_has_the_columns_of_its_formula(metric: Metric, connection: Connection) -> None:
    parts = [part for part in (metric.numerator, metric.denominator) if part and part != "person_years"]
    extras = [text for _, text in metric.extras]
    said = " ".join([*parts, *extras, metric.condition or ""])
    sums = ", ".join([*(f"sum({part})" for part in parts), *extras])
    where = f"where {metric.condition}" if metric.condition else ""
    for source in RELATIONS[metric.relation].sources:
        rows = connection.execute(f"select {sums} from {source.table} as r {joins_for(said)} {where}").fetchall()
        assert len(rows) == 1, source.table


def test_the_codes_in_a_condition_are_codes_of_the_tables() -> None:
    lists = {"activity_code": "activity", "part_code": "activity_part", "unit_code": "unit", "place_code": "place",
             "answer_status_code": "answer_status", "qualifier_code": "qualifier"}  # fmt: skip
    known = {column: {*codes_of(name)["code"], "unknown"} for column, name in lists.items()}
    pattern = re.compile(r"r\.(\w+_code) (?:=|<>|in|not in) (?:'(\w+)'|\(([^)]*)\))")
    found = set()
    for metric in METRICS.values():
        said = " ".join(
            [metric.numerator, metric.denominator or "", metric.condition or "", *dict(metric.extras).values()]
        )
        for column, one, several in pattern.findall(said):
            found |= {(column, code) for code in ([one] if one else re.findall(r"'(\w+)'", several))}
    assert len(found) > 40
    assert {(column, code) for column, code in found if code not in known[column]} == set()


@pytest.fixture(scope="module")
def comments(connection: Connection) -> dict[str, str]:
    rows = connection.execute(
        "select function_name, comment from duckdb_functions()"
        " where schema_name = 'metric' and function_type = 'table_macro'"
    )
    return dict(rows.fetchall())


def test_there_is_a_macro_for_every_metric_and_no_other(comments: dict[str, str]) -> None:
    assert comments.keys() == METRICS.keys()


@every_metric
def test_a_macro_says_in_both_languages_what_it_is(metric: Metric, comments: dict[str, str]) -> None:
    zh, _, en = comments[metric.id].partition(f" / {metric.name.en}: ")
    assert zh == f"{metric.name.zh}：{metric.formula.zh}"
    assert en == metric.formula.en


@every_metric
def test_asked_for_no_dimension_a_macro_gives_one_row_of_its_four_columns(
    metric: Metric, connection: Connection, empty: Connection
) -> None:
    # With records, in a year of which nothing is known, and in a warehouse of which nothing is known.
    for opened, year in ((connection, 2026), (connection, 2004), (empty, 2026)):
        found = opened.execute(f"from metric.{metric.id}(date '{year}-01-01', date '{year}-03-31', null)")
        assert [column[0] for column in found.description or ()] == ["by_key", "numerator", "denominator", "value"]
        assert [row[0] for row in found.fetchall()] == [None]


@every_metric
def test_a_macro_refuses_a_dimension_that_the_metric_does_not_have(
    metric: Metric, connection: Connection, empty: Connection
) -> None:
    forbidden = sorted(DIMENSIONS.keys() - metric.dimensions)[0]
    for opened in (connection, empty):
        for name in ("officer", forbidden):
            with pytest.raises(duckdb.Error, match=f"{metric.id}: no dimension {name}; there are .*station"):
                opened.execute(f"from metric.{metric.id}(date '2026-01-01', date '2026-03-31', '{name}')").fetchall()


@every_metric
def test_where_nothing_was_delivered_a_macro_has_no_row_by_station_or_month(metric: Metric, empty: Connection) -> None:
    for name in ("station", "month"):
        found = empty.execute(f"from metric.{metric.id}(date '2026-01-01', date '2026-03-31', '{name}')")
        assert found.fetchall() == [], name


# The shell


def run(data: Path, *arguments: str) -> str:
    result = CliRunner().invoke(app, ["metric", *arguments, "--data", str(data), "--period", "2026-01"])
    assert result.exit_code == 0, result.output
    return result.output


# One of every kind of SQL.
KINDS = {f"{metric.relation} {metric.kind}": metric for metric in METRICS.values()}


@pytest.mark.parametrize("metric", KINDS.values(), ids=KINDS)
def test_the_shell_prints_the_macro_call_of_a_metric_and_it_runs(
    metric: Metric, data: Path, connection: Connection
) -> None:
    call, _, engine = run(data, metric.id, "--by", "station", "--sql").partition("\n\n")
    assert call == f"select * from metric.{metric.id}(date '2026-01-01', date '2026-01-31', 'station');"
    assert connection.execute(call).fetchall() is not None
    # The engine's own SQL runs as it stands, and reads the tables it names.
    assert connection.execute(engine).fetchall() is not None


def test_the_shell_prints_a_call_without_a_dimension_too(data: Path) -> None:
    call = run(data, "visit_count", "--sql").partition("\n")[0]
    assert call == "select * from metric.visit_count(date '2026-01-01', date '2026-01-31', null);"


def test_the_shell_says_that_a_macro_does_not_filter(data: Path) -> None:
    note, call, *_ = run(data, "visit_count", "--where", "station=S1", "--sql").splitlines()
    assert note == "-- 宏不含筛选 / macros do not filter"
    assert call.startswith("select * from metric.visit_count(")
