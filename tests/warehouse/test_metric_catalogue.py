"""docs/metrics.md says of every metric what the registry says, in both languages, and is current."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import get_args

import pytest

from warehouse import metric_catalogue
from warehouse.comparison_row import FLAGS, Verdict
from warehouse.dimensions import DIMENSIONS
from warehouse.metric_catalogue import (
    COMMAND,
    DATE_ROLES,
    DIRECTIONS,
    GRAINS,
    INTERVALS,
    KINDS,
    maturity_text,
    render,
    smallest_text,
    unit_text,
)
from warehouse.metric_definition import DateRole, Direction, Grain, IntervalMethod, Kind, Metric, Texts
from warehouse.metrics import METRICS

DOCS = Path(__file__).resolve().parents[2] / "docs"
COMMITTED = (DOCS / "metrics.md").read_text(encoding="utf-8")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
WORDS: list[tuple[tuple[str, ...], Mapping[str, Texts]]] = [
    (get_args(Kind), KINDS),
    (get_args(DateRole), DATE_ROLES),
    (get_args(Direction), DIRECTIONS),
    (get_args(IntervalMethod), INTERVALS),
    (get_args(Grain), GRAINS),
]
# One word for several figures of one quantity.
SHARED_TERMS = {
    "days_to_resolution": ("days_to_resolution_median", "days_to_resolution_p90"),
    "response_minutes": ("response_minutes_median", "response_minutes_p90"),
}


def section_of(metric_id: str) -> dict[str, tuple[str, str]]:
    """The rows of a metric's table, by the last word of their label: the Chinese and the English cell."""
    heading = f"### `{metric_id}`\n"
    assert COMMITTED.count(heading) == 1
    table = COMMITTED.partition(heading)[2].partition("```sql")[0]
    rows = [line.strip("|").split(" | ") for line in table.splitlines() if line.startswith("| ")][1:]
    assert {len(row) for row in rows} == {3}, "a text with a column sign tears the table"
    return {
        label.split(" ", 1)[1]: (zh.strip(), en.strip()) for label, zh, en in ((c.strip() for c in r) for r in rows)
    }


def test_the_committed_catalogue_is_what_the_registry_says_today() -> None:
    assert render() == COMMITTED, f"out of date: {COMMAND}"


def test_the_catalogue_says_how_it_is_made_again() -> None:
    assert COMMAND in COMMITTED.partition("## ")[0]
    assert COMMAND.startswith(f"python -m {metric_catalogue.__name__} ")


def test_the_contents_link_every_metric_once_in_the_order_of_the_sections() -> None:
    links = re.findall(r"^- \[`(\w+)`\]\(#(\w+)\)", COMMITTED, flags=re.MULTILINE)
    headings = re.findall(r"^### `(\w+)`$", COMMITTED, flags=re.MULTILINE)
    assert [name for name, _ in links] == [anchor for _, anchor in links] == headings
    assert sorted(headings) == sorted(METRICS)


@pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS)
def test_every_metric_is_told_in_both_languages(metric: Metric) -> None:
    told = section_of(metric.id)
    assert told["name"] == (f"**{metric.name.zh}**", f"**{metric.name.en}**")
    assert told["formula"] == (metric.formula.zh, metric.formula.en)
    assert told["why"] == (metric.why.zh, metric.why.en)
    assert told["owner"] == (metric.owner.zh, metric.owner.en)
    assert set(re.findall(r"`(\w+)`", told["dimensions"][0])) == metric.dimensions
    assert len(told["dimensions"][1].split(", ")) == len(metric.dimensions)
    assert [label for label, (zh, _) in told.items() if not CHINESE.search(zh)] == []
    assert [label for label, (_, en) in told.items() if not en or CHINESE.search(en)] == []
    assert f"from metric.{metric.id}(date " in COMMITTED


@pytest.mark.parametrize(("known", "words"), WORDS, ids=["kind", "date role", "direction", "interval", "grain"])
def test_every_word_of_a_declaration_has_its_text_in_both_languages(
    known: tuple[str, ...], words: Mapping[str, Texts]
) -> None:
    assert set(words) == set(known)
    assert [word for word, text in words.items() if not CHINESE.search(text.zh)] == []
    assert [word for word, text in words.items() if not text.en or CHINESE.search(text.en)] == []


def test_every_dimension_has_a_name_without_a_comma() -> None:
    # The English names stand in one list, parted by commas.
    assert [name for name, one in DIMENSIONS.items() if "," in one.text.en or "、" in one.text.zh] == []


@pytest.mark.parametrize(
    ("metric_id", "zh", "en"),
    [
        ("dispute_incident_count", "基数不足 20 的不计百分比", "no percentage of a base under 20"),
        ("escalation_count", "只说起数，从不计百分比", "told in counts, never in percent"),
        ("visit_coverage_rate", "分母不足 30 的不给比率，只列分子、分母",
         "no rate of a denominator under 30, only its parts"),
        ("days_to_resolution_p90", "不足 30 起的不给数", "no figure of fewer than 30 cases"),
    ],
)  # fmt: skip
def test_small_numbers_are_told_as_they_are_treated(metric_id: str, zh: str, en: str) -> None:
    assert smallest_text(METRICS[metric_id]) == Texts(zh, en)


@pytest.mark.parametrize(
    ("metric_id", "en"),
    [
        ("visit_count", "none needed"),
        ("mediation_success_rate", "flagged immature until 30 days after the period"),
        ("resolution_rate_received", "flagged immature until 30 days after the period, unless nine in ten are closed"),
        ("repeat_rate_90d", "counts only what has been followed up for 90 days"),
    ],
)
def test_maturity_is_told_as_it_is_treated(metric_id: str, en: str) -> None:
    assert maturity_text(METRICS[metric_id]).en == en


def test_units_are_those_of_cards_and_sentences() -> None:
    assert unit_text(METRICS["dispute_incident_count"]) == Texts("起", "cases")
    assert unit_text(METRICS["resolution_rate_closed"]).en.startswith("a share")
    assert [one.id for one in METRICS.values() if not unit_text(one).zh or not unit_text(one).en] == []


def glossary_rows() -> dict[str, tuple[str, str]]:
    """Identifier -> Chinese and English of the glossary's measures."""
    text = (DOCS / "glossary.md").read_text(encoding="utf-8")
    section = text.partition("### Measures")[2].partition("### Wording")[0]
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \| `(\w+)` \|", section, flags=re.MULTILINE)
    return {identifier: (zh, en) for zh, en, identifier in rows}


def test_every_metric_but_the_counts_of_daily_work_stands_in_the_glossary() -> None:
    terms = set(glossary_rows())
    for term, ids in SHARED_TERMS.items():
        terms |= set(ids) if term in terms else set()
    assert [
        one.id for one in METRICS.values() if not (one.feed == "activity" and one.is_count) and one.id not in terms
    ] == []


def test_the_glossary_calls_a_metric_what_the_registry_calls_it() -> None:
    rows = {identifier: names for identifier, names in glossary_rows().items() if identifier in METRICS}
    assert len(rows) >= 30
    registry = {identifier: METRICS[identifier].name for identifier in rows}
    assert rows == {identifier: (name.zh, name.en) for identifier, name in registry.items()}


@pytest.mark.parametrize("document", ["methods.md", "glossary.md"])
def test_methods_and_glossary_explain_every_verdict_and_every_flag(document: str) -> None:
    text = (DOCS / document).read_text(encoding="utf-8")
    assert [word for word in (*get_args(Verdict), *FLAGS) if f"`{word}`" not in text] == []


def test_the_methods_cite_what_they_list_and_list_what_they_cite() -> None:
    text, _, references = (DOCS / "methods.md").read_text(encoding="utf-8").partition("## References")
    listed = set(re.findall(r"^- ([A-Z][a-z]+) [^(]*\((\d{4})\), \*.+\*, ", references, flags=re.MULTILINE))
    assert len(listed) == references.count("\n- ")
    # A name, of two authors the first, and the year behind it, in brackets or not.
    cited = set(re.findall(r"([A-Z][a-z]+)(?: & [A-Z][a-z]+)? \(?(\d{4})\b", text))
    assert listed - cited == set()
    authors = {author for author, _ in listed}
    assert {(author, year) for author, year in cited if author in authors} == listed
