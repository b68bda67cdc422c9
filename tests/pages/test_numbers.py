"""Every number on every page is one that `python -m warehouse metric` gives for the same selection."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import duckdb
import pytest

from pages.components.labels import read_labels
from tests.pages.app import PAGES
from tests.pages.derived import derived_figures
from tests.pages.walk import NO_FIGURES, NUMBER, Page, numbers_drawn, walk, ways_to_write, words_told
from warehouse.metrics import METRICS

pytestmark = pytest.mark.long

# Pages whose figures are not metrics: the model's series, the registry itself, what somebody
# asks, the ledger. Each has tests of its own.
OTHERS = ("signals", "definitions", "sql_workbench", "data_quality")
FIGURES = tuple(page for page in PAGES if page not in OTHERS)
# Every page as it opens; and other periods, bases and the other language where a page makes most of them.
WALKS = [
    *((name, {}) for name in FIGURES),
    ("overview", {"period": "2026-Q2", "basis": "previous"}),
    ("disputes", {"period": "rolling12", "lang": "en"}),
]
FIELDS = (
    "value", "numerator", "denominator", "value_low", "value_high", "base_value", "base_numerator", "base_denominator",
    "change", "change_rate", "interval_low", "interval_high", "at_least_value",
)  # fmt: skip


def known(page: Page) -> tuple[set[str], set[float]]:
    """What a page may write, and what its charts may draw."""
    written: set[str] = set()
    drawn: set[float] = set()
    for row in page.rows:
        scale = 100 if row["unit"] == "fraction" else METRICS[row["metric"]].scale
        for name in FIELDS:
            if row[name] is None:
                continue
            side = "base_" if name.startswith("base_") else ""
            is_rate = name in ("value", "base_value") and row["denominator" if not side else "base_denominator"]
            parts = (row[f"{side}numerator"], row[f"{side}denominator"]) if is_rate else (None, None)
            is_share = row["unit"] == "fraction"
            written |= ways_to_write(
                row[name], numerator=parts[0], denominator=parts[1], scale=1 if is_share else scale
            )
            drawn |= {float(row[name]), 100 * float(row[name])}
    return written, drawn


def counting_words(page: Page) -> set[str]:
    """Numbers of things listed (units, months, types), which a title may count, and of days in the windows."""
    days = {
        (date.fromisoformat(row[f"{side}_end"]) - date.fromisoformat(row[f"{side}_start"])).days + 1
        for row in page.rows
        for side in ("period", "base")
        if row[f"{side}_start"]
    }
    return {str(number) for number in {*range(len(page.rows) + 1), *days}}


def signal_figures(data: Path) -> set[float]:
    """What the night's model wrote of its newest month: the overview lists its signals."""
    with duckdb.connect(str((data / "current").resolve() / "warehouse.duckdb"), read_only=True) as connection:
        rows = connection.execute(
            "select observed, expected, upper_bound, observed - expected, series_count, expected_false_alarms"
            " from mart.signal where month_start = (select max(month_start) from mart.signal)"
        ).fetchall()
    return {float(number) for row in rows for number in row if number is not None}


def constants() -> set[str]:
    """Numbers that stand in our own texts: 95 %, 90 days, a base of 20."""
    texts = [part for one in read_labels().values() for part in one.values()]
    texts += [
        part
        for metric in METRICS.values()
        for one in (metric.name, metric.formula, metric.phrase)
        for part in (one.zh, one.en)
    ]
    plain = [re.sub(r"{[^}]*}", " ", text) for text in texts]
    return {number for text in plain for number in NUMBER.findall(NO_FIGURES.sub(" ", text))}


@pytest.mark.parametrize(("name", "selection"), WALKS)
def test_every_number_of_a_page_is_the_engines(
    name: str, selection: dict[str, str], demo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FENGQIAO_DATA", str(demo))
    page = walk(name, **selection)
    assert page.commands
    assert page.rows
    written, drawn = known(page)
    derived = derived_figures(demo, page.commands) | signal_figures(demo)
    written |= {way for one in derived for way in ways_to_write(one, numerator=None, denominator=None, scale=1)}
    drawn |= derived
    allowed = written | counting_words(page) | constants()
    assert [told for told in words_told(page) if told[0] not in allowed] == []
    close = {round(number, 9) for number in drawn}
    assert [(column, number) for column, number in numbers_drawn(page) if round(number, 9) not in close] == []


def test_a_wrong_number_would_be_found(demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FENGQIAO_DATA", str(demo))
    page = walk("overview")
    written, _ = known(page)
    for figure in derived_figures(demo, page.commands) | signal_figures(demo):
        written |= ways_to_write(figure, numerator=None, denominator=None, scale=1)
    allowed = written | counting_words(page) | constants()
    page.texts.append("纠纷警情 98,765 起")
    assert [number for number, _ in words_told(page) if number not in allowed] == ["98,765"]
