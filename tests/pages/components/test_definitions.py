"""The registry can be searched by what people write, and every metric says all there is to say of it."""

from __future__ import annotations

import pytest

from pages.components.definitions import FEEDS, answer, by_feed, fact_lines, find
from warehouse.metric_definition import Metric
from warehouse.metrics import METRICS
from warehouse.reference import Language


def test_without_a_word_every_metric_is_found_in_the_order_of_the_registry() -> None:
    assert [metric.id for metric in find("", None)] == list(METRICS)
    assert answer(find("", None), "zh").startswith(f"**{len(METRICS)} 个指标，{len(FEEDS)} 类数据**")


def test_words_are_found_in_either_language_in_any_width_and_case() -> None:
    wide = find("ＫＡＰＬＡＮ", None)
    # What is read from the closing curve: two quantiles, and the shares closed within so many days.
    days = (7, 15, 30, 60, 90)
    shares = {"closed_same_day_rate", *(f"closed_within_{n}_days_rate" for n in days)}
    assert {metric.id for metric in wide} == {"days_to_resolution_median", "days_to_resolution_p90"} | shares
    assert find("kaplan", None) == wide
    assert "joint_mediation_share" in {metric.id for metric in find("联合调解", None)}


def test_every_word_must_be_found() -> None:
    found = {metric.id for metric in find("化解率 结案", None)}
    assert "resolution_rate_closed" in found
    assert "visit_count" not in found
    assert find("化解率 没有这样的词", None) == []


def test_an_id_finds_that_metric_alone() -> None:
    # `visit_count` also begins the words of others; a link from another page must open one.
    assert [metric.id for metric in find("visit_count", None)] == ["visit_count"]


def test_a_feed_narrows_what_is_found() -> None:
    found = find("", "mediation")
    assert {metric.feed for metric in found} == {"mediation"}
    assert list(by_feed(found, "en")) == ["Mediation sessions"]
    assert answer(found, "en") == f"**{len(found)} of {len(METRICS)} metrics found.**"
    assert find("visit_count", "mediation") == []


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("metric", METRICS.values(), ids=lambda metric: metric.id)
def test_every_metric_tells_its_formula_and_purpose_first(metric: Metric, language: Language) -> None:
    lines = fact_lines(metric, language)
    assert len(lines) == 11
    assert metric.formula.in_language(language) in lines[0]
    assert metric.why.in_language(language) in lines[1]
    assert all(line.startswith("- **") for line in lines)
