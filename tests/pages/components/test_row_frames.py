"""Bars: how long they are, what stands beside them, and that a lower bound never joins an exact figure."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from pages.components.row_charts import bars, rates
from pages.components.row_frames import Bar, bars_frame, changes_title, rates_frame, said
from tests.pages.rows import count, rate
from warehouse.metrics import METRICS

OCTOBER = date(2026, 10, 1)
TALKS = METRICS["legal_talk_count"]
PEOPLE = METRICS["market_day_served_count"]
SPOT = METRICS["on_the_spot_rate"]


def bar(name: str, now: int | None, before: int | None, **more: object) -> Bar:
    verdict = more.pop("verdict", "within_noise")
    row = count(now, before, verdict, month=OCTOBER, metric=TALKS.id, unit="time", **more)  # type: ignore[arg-type]
    return Bar(None, name, row, TALKS)


def test_on_one_scale_the_longest_bar_is_one_and_on_their_own_each_row_fills_its_own() -> None:
    given = [bar("甲", 40, 50), bar("乙", 10, 5)]
    shared = bars_frame(given, "zh", is_one_scale=True)
    assert shared.select("length", "before", "end").rows() == [(0.8, 1.0, 1.0), (0.2, 0.1, 0.2)]
    own = bars_frame(given, "zh", is_one_scale=False)
    assert own.select("length", "before", "end").rows() == [(0.8, 1.0, 1.0), (1.0, 0.5, 1.0)]


def test_a_lower_bound_has_a_bar_of_its_own_and_is_not_added() -> None:
    row = count(791, 600, "within_noise", month=OCTOBER, metric=PEOPLE.id, unit="person_time",
                at_least_value=450, flags=("at_least",))  # fmt: skip
    frame = bars_frame([Bar(None, "赶集", row, PEOPLE)], "zh", is_one_scale=False)
    (shown,) = frame.rows(named=True)
    assert (shown["shown"], shown["bound_shown"]) == ("791 人次", "至少 450 人次")
    assert (shown["length"], shown["bound"]) == (1.0, 450 / 791)
    # What is not compared is not drawn as a base either.
    assert shown["before"] is None
    assert "1,241" not in str(shown)


def test_where_only_a_bound_is_known_there_is_no_exact_bar() -> None:
    row = count(120, None, "no_base", month=OCTOBER, metric=PEOPLE.id, unit="person_time",
                at_least_value=120, flags=("at_least",))  # fmt: skip
    (shown,) = bars_frame([Bar(None, "赶集", row, PEOPLE)], "en", is_one_scale=False).rows(named=True)
    assert (shown["length"], shown["bound"], shown["bound_shown"]) == (None, 1.0, "at least 120 person-times")


def test_a_withheld_figure_is_no_bar() -> None:
    withheld = bar("甲", 3, 2, flags=("suppressed",))
    (shown,) = bars_frame([replace(withheld, row=replace(withheld.row, at_least_value=9))], "zh",
                          is_one_scale=True).rows(named=True)  # fmt: skip
    assert (shown["length"], shown["bound"], shown["bound_shown"]) == (None, None, "")


def test_a_base_that_may_not_be_told_is_not_drawn() -> None:
    (shown,) = bars_frame([bar("甲", 40, 50, verdict="not_comparable")], "zh", is_one_scale=True).rows(named=True)
    assert shown["before"] is None
    assert shown["said"] == "不可比"


def test_beside_a_bar_stand_base_change_and_verdict() -> None:
    row = count(48, 40, "within_noise", month=OCTOBER, metric=TALKS.id, unit="time")
    assert said(row, TALKS, "zh") == "上年同期 40 次 · +20.0% · 差异不显著"
    assert said(replace(row, basis="previous"), TALKS, "zh").startswith("上期 40 次")
    assert said(replace(row, basis="lunar"), TALKS, "zh").startswith("上年农历同期 40 次")


def test_of_too_few_no_share_is_drawn_and_none_is_better_or_worse() -> None:
    few = rate((2, 21), (15, 18), "down", metric=SPOT.id, month=OCTOBER)
    (shown,) = rates_frame([Bar("x", "赶集", few, SPOT)], "zh").rows(named=True)
    assert (shown["rate"], shown["low"], shown["role"], shown["shown"]) == (None, None, "ordinary", "样本不足（2/21）")
    enough = rate((75, 100), (80, 100), "down", metric=SPOT.id, month=OCTOBER)
    (shown,) = rates_frame([Bar("x", "窗口", enough, SPOT)], "zh").rows(named=True)
    assert (shown["rate"], shown["before"], shown["role"]) == (0.75, 0.8, "attention")
    assert (shown["shown"], shown["said"]) == ("75.0%（75/100） · 下降", "上年同期 80.0%（80/100） · -5.0 个百分点")


def test_a_title_names_the_real_changes_and_at_most_two() -> None:
    quiet, up = bar("甲", 40, 41), bar("乙", 100, 50, verdict="up")
    assert changes_title([quiet], "zh") == "可比的 1 项都没有显著变化"
    assert changes_title([quiet, up], "zh") == "乙上升（+100.0%）；其余 1 项差异不显著"
    assert changes_title([up], "zh") == "乙上升（+100.0%）"
    assert changes_title([up, up, up], "zh").startswith("3 项变化显著，其中乙上升（+100.0%）、乙")
    none = bar("丙", 40, None, verdict="no_base")
    assert changes_title([none], "zh") == "与对比期不可比，只看本期数"


def test_where_all_are_too_few_the_title_says_so() -> None:
    few = Bar("x", "发案户", rate((8, 9), (22, 26), "small_base", metric=SPOT.id, month=OCTOBER), SPOT)
    assert changes_title([few, few], "zh") == "都不足 30，不给比率，只看数"


def test_exact_and_bound_are_separate_marks_of_one_row() -> None:
    row = count(5, 4, "small_base", month=OCTOBER, metric=PEOPLE.id, unit="person_time",
                at_least_value=120, flags=("at_least",))  # fmt: skip
    drawing = bars(bars_frame([Bar(None, "赶集", row, PEOPLE)], "zh", is_one_scale=False), description="d")
    drawn = {layer["encoding"]["x"].get("field"): layer["mark"] for layer in drawing.spec["layer"]
             if layer["mark"]["type"] == "bar"}  # fmt: skip
    assert set(drawn) == {"length", "bound"}
    assert "strokeDash" in drawn["bound"]
    assert "strokeDash" not in drawn["length"]
    assert drawn["length"]["yOffset"] != drawn["bound"]["yOffset"]


def test_a_share_is_drawn_from_nothing_to_all() -> None:
    enough = rate((75, 100), (80, 100), "down", metric=SPOT.id, month=OCTOBER)
    drawing = rates(rates_frame([Bar("x", "窗口", enough, SPOT)], "zh"), description="d")
    domains = {str(layer["encoding"]["x"].get("scale", {}).get("domain")) for layer in drawing.spec["layer"]
               if "field" in layer["encoding"]["x"]}  # fmt: skip
    assert domains == {"[0, 1]"}
    assert drawing.description == "d"
