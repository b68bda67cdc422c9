"""Every metric, dimension and kind of window: the engine and the macro against plain Python over the same facts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from fractions import Fraction

import duckdb
import pytest

from tests.warehouse import small_bureau
from tests.warehouse.slow_metrics import (
    Figure,
    Key,
    Published,
    beat_cells,
    cells,
    is_reported,
    read_published,
)
from tests.warehouse.slow_rules import interpolated_quantile, kaplan_meier_quantile, kaplan_meier_share
from tests.warehouse.small_archive import SmallArchive
from warehouse.comparison import ask, compare, read_facts
from warehouse.comparison_row import ComparisonRow
from warehouse.facts import Facts
from warehouse.metric_definition import Metric
from warehouse.metrics import METRICS
from warehouse.periods import Period, parse_period
from warehouse.question import Question

# A whole year with a leap day, a whole month, ragged days from 29 February on, twelve months.
WINDOWS = ("2024", "2023-05", "2024-02-29..2024-04-05", "rolling12")
# The thirty counts of daily work differ in their codes alone.
WINDOWS_OF_WORK = ("2024", "2024-02-29..2024-04-05")
# Facts of an incident that are read as they stand, one like the other.
FACTS_OF_INCIDENT = {
    "channel",
    "first_responder",
    "settled_stage",
    "outcome",
    "mediation_kind",
    "referral_target",
    "risk_level",
    "weekday",
    "hour",
}
WINDOWS_OF_FACTS = ("2024-02-29..2024-04-05", "rolling12")
# A macro has one query for every window; the engine chooses marts by what the window is.
WINDOWS_OF_MACROS = ("2023-05", "2024-02-29..2024-04-05")
NOTHING = Figure()
ZERO = Figure(Fraction(0), None, Fraction(0))


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    archive = SmallArchive(tmp_path_factory.mktemp("bureau"))
    small_bureau.deliver(archive)
    with small_bureau.open_built(archive) as opened:
        yield opened


@pytest.fixture(scope="module")
def published(connection: duckdb.DuckDBPyConnection) -> Published:
    return read_published(connection)


@pytest.fixture(scope="module")
def facts(connection: duckdb.DuckDBPyConnection) -> Facts:
    return read_facts(connection)


@pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS)
def test_engine_and_macro_agree_with_the_slow_way(metric: Metric, published: Published, facts: Facts) -> None:
    texts = WINDOWS_OF_WORK if metric.feed == "activity" and metric.is_count else WINDOWS
    wrong: list[str] = []
    for text in texts:
        period = parse_period(text, data_until=published.until[metric.feed])
        for by in (None, *sorted(metric.dimensions)):
            if by in FACTS_OF_INCIDENT and text not in WINDOWS_OF_FACTS:
                continue
            expected = _expected(published, metric, period, by)
            where = f"{text} by {by}"
            question = ask(facts, metric.id, text, by=[by] if by else [])
            rows = compare(facts, question)
            wrong += _differences_of_rows(f"engine {where}", rows, expected, published, metric, by)
            if text in WINDOWS_OF_MACROS:
                wrong += _differences_of_macro(f"macro {where}", published, facts, expected, question)
    assert not wrong, "\n" + "\n".join(wrong[:40])


def test_a_dispute_that_comes_back_on_day_90_is_a_repeat_and_on_day_91_is_none(facts: Facts) -> None:
    # Closed on 10 January 2024; again on that day, on 9 April (day 90) and on 10 April (day 91).
    (row,) = compare(facts, ask(facts, "repeat_rate_90d", "2024-01", where={"dispute_type": ["sale"]}))
    assert (row.numerator, row.denominator) == (2, 3)


def test_the_slow_way_by_hand() -> None:
    # (n - 1) × 0.9 of four is 2.7: seven tenths of the way from 30 to 40; with one alone there is nowhere to go.
    assert interpolated_quantile([40, 10, 30, 20], Fraction(9, 10)) == 37
    assert interpolated_quantile([7], Fraction(9, 10)) == 7
    # Of four, one closes on day 1 (3/4 open), one is last seen on day 2, one of two closes on day 3 (3/8).
    lives = [(1, True), (2, False), (3, True), (9, False)]
    assert kaplan_meier_quantile(lives, Fraction(1, 2)) == 3
    assert kaplan_meier_quantile(lives, Fraction(9, 10)) is None
    # A quarter by day 1 and still by day 2, five eighths by day 3; nobody is followed to day 10.
    shares = [kaplan_meier_share(lives, day) for day in (0, 1, 2, 3, 9, 10)]
    assert shares == [0, Fraction(1, 4), Fraction(1, 4), Fraction(5, 8), Fraction(5, 8), None]
    assert kaplan_meier_share([(2, True)], 90) == 1
    # Half is enough: not a day later.
    assert kaplan_meier_quantile([(1, True), (5, True)], Fraction(1, 2)) == 1


def _expected(published: Published, metric: Metric, period: Period, by: str | None) -> dict[Key, Figure]:
    if by == "beat":
        return beat_cells(small_bureau.in_beats(metric.feed), period.start, period.end)
    return cells(published, metric.id, period.start, period.end, by)


def _differences_of_rows(
    where: str,
    rows: list[ComparisonRow],
    expected: Mapping[Key, Figure],
    published: Published,
    metric: Metric,
    by: str | None,
) -> Iterator[str]:
    found = {row.keys[by] if by else None: row for row in rows}
    for key in expected.keys() - found.keys():
        if not _may_be_missing(metric, expected[key]):
            yield f"{where}: no row for {key}, expected {_numbers(expected[key])}"
    for key, row in found.items():
        figure = expected.get(key) or _empty(published, metric, by, key, row.period)
        numbers = row.numerator, row.denominator, row.value
        if not _agree(numbers, figure):
            yield f"{where}: {key} is {numbers}, expected {_numbers(figure)}"


def _differences_of_macro(
    where: str, published: Published, facts: Facts, expected: Mapping[Key, Figure], question: Question
) -> Iterator[str]:
    metric, period, by = question.metric, question.period, (*question.by, None)[0]
    sql = f"select by_key, numerator, denominator, value from metric.{metric.id}(?, ?, ?)"
    rows = facts.connection.execute(sql, [period.start, period.end, by]).fetchall()
    found = {key: tuple(None if part is None else float(part) for part in parts) for key, *parts in rows}
    if len(found) < len(rows):
        yield f"{where}: a key stands twice"
    if by is None:
        # Of one row in all, no row of records may be a zero; of a code that is not there, nothing is said.
        expected = {None: expected.get(None) or _empty(published, metric, None, None, period)}
    for key in expected.keys() - found.keys():
        if not _may_be_missing(metric, expected[key]):
            yield f"{where}: no row for {key}, expected {_numbers(expected[key])}"
    for key, numbers in found.items():
        if not _agree(numbers, expected.get(key, NOTHING)):
            yield f"{where}: {key} is {numbers}, expected {_numbers(expected.get(key, NOTHING))}"


def _may_be_missing(metric: Metric, figure: Figure) -> bool:
    """Nothing known needs no row; nor does a code of which no case is open any more."""
    return (figure.value is None and not figure.numerator) or (metric.kind == "stock" and figure.value == 0)


def _empty(published: Published, metric: Metric, by: str | None, key: Key, period: Period) -> Figure:
    """No row of a count is a zero where any day was reported and the fact is delivered at all."""
    if not metric.is_count or not is_reported(published, metric.feed, by, key, period.start, period.end):
        return NOTHING
    ever = cells(published, metric.id, date(2000, 1, 1), date(2035, 12, 31), None)
    return ZERO if ever.get(None, NOTHING).value is not None else NOTHING


def _numbers(figure: Figure) -> tuple[float | None, ...]:
    parts = figure.numerator, figure.denominator, figure.value
    return tuple(None if part is None else float(part) for part in parts)


def _agree(found: tuple[float | None, ...], figure: Figure) -> bool:
    """Nothing of nothing known is as good as nothing known."""
    if not any((figure.numerator, figure.denominator, figure.value)) and figure.denominator is not None:
        return not any(found)
    return all(_is_same(left, right) for left, right in zip(found, _numbers(figure), strict=True))


def _is_same(left: float | None, right: float | None) -> bool:
    if left is None or right is None:
        return left is right
    return abs(left - right) <= 1e-9 * max(1.0, abs(right))
