"""What the disputes page works out besides the engine: its spans, its days of the festival, its marks and its words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pages.components import dispute_charts
from pages.components.data import Board
from pages.components.dispute_beats import beats_frame, beats_title
from pages.components.dispute_festival import festival_window, festival_year
from pages.components.dispute_hours import hours_frame, hours_title, without_hour
from pages.components.dispute_months import Mark, limits_of, marks, marks_frame, months_frame, months_title
from pages.components.dispute_splits import changes_title, spans, why_not
from pages.components.dispute_steps import quarter_ends
from pages.components.figures import Delivered, Selection
from pages.components.panel import behind
from pages.components.view import Asked, View
from tests.pages.rows import count
from warehouse.comparison_row import ComparisonRow
from warehouse.metrics import METRICS

JUNE = date(2026, 6, 1)
VIEW = View(Board(Path(), None, None, False), "zh", Selection(None, ""), date(2026, 6, 30))
ENGLISH = View(Board(Path(), None, None, False), "en", Selection(None, ""), date(2026, 6, 30))
WHOLE, PART = Delivered(2, 2, True), Delivered(2, 1, False)


@pytest.mark.parametrize(
    ("month", "expected"),
    [
        (date(2026, 10, 1), ["2026-10", "2026-Q3", "2026-01..2026-10", "2025-11..2026-10"]),
        # The quarter that ends with the month is its last whole one; February is told with January.
        (date(2026, 6, 1), ["2026-06", "2026-Q2", "2026-01..2026-06", "2025-07..2026-06"]),
        (date(2026, 2, 1), ["2026-01..2026-02", "2025-Q4", "2026-01..2026-02", "2025-03..2026-02"]),
        (date(2026, 1, 1), ["2026-01", "2025-Q4", "2026-01..2026-01", "2025-02..2026-01"]),
    ],
)
def test_spans_end_with_the_month_and_quarters_are_whole(month: date, expected: list[str]) -> None:
    assert spans(month) == expected


def test_eight_quarters_end_with_the_last_whole_one() -> None:
    assert quarter_ends(date(2026, 5, 1))[-2:] == [date(2025, 12, 1), date(2026, 3, 1)]
    assert quarter_ends(date(2026, 6, 1))[0] == date(2024, 9, 1)
    assert len(quarter_ends(date(2026, 6, 1))) == 8


def test_the_festivals_year_is_the_last_whose_spring_the_data_hold() -> None:
    # New year's day 2026 is 17 February: 44 days later it is 2 April.
    assert festival_window(2026) == (date(2026, 1, 18), date(2026, 4, 2))
    assert festival_year(date(2026, 10, 31), date(2026, 10, 31)) == 2026
    assert festival_year(date(2026, 4, 1), date(2026, 4, 1)) == 2025
    assert festival_year(date(2026, 1, 31), date(2026, 10, 31)) == 2026
    # 2025: 29 January, so the window ends on 14 March and the quarter on the 31st.
    assert festival_year(date(2025, 3, 30), date(2025, 3, 30)) == 2024
    assert festival_year(date(2025, 3, 31), date(2025, 3, 31)) == 2025


def of_type(name: str, now: int, before: int, verdict: Any, **more: Any) -> tuple[str, str, ComparisonRow]:
    row = count(now, before, verdict, month=JUNE, keys={"dispute_group": name}, names={"dispute_group": name}, **more)
    return name, name, row


def test_a_title_names_what_changed_and_counts_the_rest() -> None:
    rows = [of_type("甲", 150, 100, "up"), of_type("乙", 50, 100, "down"), of_type("丙", 101, 100, "within_noise")]
    title, real = changes_title(rows, "types", VIEW)
    assert title == "甲上升（+50.0%）、乙下降（-50.0%）；其余 1 类纠纷差异不显著"
    assert real == "甲上升（+50.0%）、乙下降（-50.0%）"
    assert changes_title(rows[:2], "types", VIEW)[0] == "甲上升（+50.0%）、乙下降（-50.0%）"


def test_a_title_never_calls_noise_a_change() -> None:
    noise = [of_type(name, 110, 100, "within_noise") for name in "甲乙"]
    assert changes_title(noise, "types", VIEW) == ("2 类纠纷的差异都不显著", "")
    small = [of_type(name, 9, 5, "small_base") for name in "甲乙"]
    assert changes_title(small, "types", VIEW) == ("2 类纠纷的基数都不足 20 起，只看起数", "")
    assert changes_title(noise[:1], "types", ENGLISH) == ("甲: no significant difference", "")


def test_what_cannot_be_compared_is_counted_apart_with_the_reason() -> None:
    gap = of_type("丁", 90, 100, "not_comparable", flags=("coverage_gap",))
    rows = [of_type("甲", 110, 100, "within_noise"), of_type("乙", 110, 100, "within_noise"), gap]
    assert changes_title(rows, "types", VIEW)[0] == "2 类纠纷的差异都不显著，1 类纠纷不可比"
    assert why_not([row for *_, row in rows], "zh") == "不可比的原因：上年同期或本期有单位尚未报送。"
    assert why_not([row for *_, row in rows[:2]], "zh") == ""
    assert changes_title([gap], "types", VIEW) == ("1 类纠纷都与对比期不可比", "")


# ---- months


def noted(day: date, kind: str, *, metric: str | None = None, org: str | None = None, whole: bool = True) -> Any:
    row = {
        "noted_on": day,
        "org_code": org,
        "organisation": org,
        "kind_code": kind,
        "kind_zh": kind,
        "metric": metric,
        "zh": "说明",
    }
    return row, whole


def found(*known: Any) -> list[tuple[str, bool]]:
    got = marks(known, VIEW, date(2025, 1, 1), date(2026, 6, 30))
    return [(mark.kind, mark.rebases) for mark in got]


def test_limits_begin_anew_with_practices_and_breaks_of_this_metric_or_of_all() -> None:
    day = date(2026, 1, 1)
    assert found(noted(day, "practice_started"), noted(day, "series_break", metric="dispute_incident_count")) == [
        ("practice_started", True),
        ("series_break", True),
    ]
    assert found(noted(day, "law"), noted(day, "note")) == [("law", False), ("note", False)]


def test_a_break_of_another_metric_is_no_mark_and_a_practice_for_another_one_no_new_beginning() -> None:
    day = date(2026, 1, 1)
    assert found(noted(day, "series_break", metric="on_time_arrival_rate")) == []
    assert found(noted(day, "practice_started", metric="settled_before_arrival_rate")) == [("practice_started", False)]


def test_what_one_station_began_is_marked_on_the_bureau_and_its_limits_stay() -> None:
    (mark,) = marks(
        [noted(date(2026, 1, 1), "practice_started", org="城关所", whole=False)], VIEW, JUNE.replace(month=1), JUNE
    )
    assert not mark.rebases
    assert mark.words == "城关所：说明"


def test_only_what_falls_within_the_months_is_marked_and_numbered() -> None:
    known = [noted(day, "note") for day in (date(2024, 12, 31), date(2025, 1, 1), date(2026, 6, 30), date(2026, 7, 1))]
    got = marks(known, VIEW, date(2025, 1, 1), date(2026, 6, 30))
    assert [(mark.sign, mark.day) for mark in got] == [("①", date(2025, 1, 1)), ("②", date(2026, 6, 30))]


def test_marks_of_one_month_stand_on_one_line_at_the_nearest_month() -> None:
    frame = marks_frame(
        [
            Mark("①", date(2026, 3, 27), "k", "a", rebases=False),
            Mark("②", date(2026, 4, 2), "k", "b", rebases=True),
            Mark("③", date(2026, 6, 15), "k", "c", rebases=False),
        ]
    )
    assert frame["month_start"].to_list() == [date(2026, 4, 1), date(2026, 6, 1)]
    assert frame["sign"].to_list() == ["①②", "③"]
    assert frame["rebases"].to_list() == [True, False]


def months_of(values: Sequence[int | None]) -> list[ComparisonRow]:
    """Months up to June 2026."""
    firsts = [date(2026 + (5 - back) // 12, (5 - back) % 12 + 1, 1) for back in range(len(values))][::-1]
    return [count(value, None, "no_base", month=month) for month, value in zip(firsts, values, strict=True)]


def test_titles_of_months_count_those_outside_and_say_why_there_are_no_limits() -> None:
    rng = np.random.default_rng(2)
    values: list[int | None] = [int(1000 * one) for one in rng.normal(1, 0.01, 48)]
    delivered = {row.period.start: WHOLE for row in months_of(values)}

    def title(values: list[int | None]) -> str:
        rows = months_of(values)
        return months_title(rows, limits_of(rows, delivered, []), "zh")

    # Months of 28 and of 31 days have the same count here, which is no season of the calendar but one all the same.
    assert title(values).startswith("没有一个月超出控制限")
    values[-3] = 1500
    assert title(values).startswith("有 1 个月超出控制限，最近一次是2026年4月")
    assert title(values[-35:]) == "35 个月的起数，连续报送满三年后画控制限"
    assert title([0] * 48) == "48 个月的起数，报送不全或起数太少，不画控制限"


def test_a_month_not_delivered_in_full_has_a_note_and_no_verdict() -> None:
    rows = months_of((*[1000] * 46, 700, None))
    delivered = {row.period.start: WHOLE for row in rows} | {date(2026, 5, 1): PART, JUNE: Delivered(2, 0, False)}
    limits = limits_of(rows, delivered, [])
    frame = months_frame(rows, limits, delivered, "zh")
    assert frame["is_signal"].to_list()[-2:] == [False, False]
    assert frame["note"].to_list()[-2:] == ["1/2 个单位报送齐全", "尚未报送"]
    assert frame["value"].to_list()[-2:] == [700, None]
    drawing = dispute_charts.months(frame, marks_frame([]), unit="u", language="zh", description="d")
    assert drawing.description == "d"


# ---- beats and hours


def beat(code: str, value: int | None, month: date) -> ComparisonRow:
    keys = {"beat": code, "month": f"{month:%Y-%m}"}
    names = {"beat": f"{code}区", "month": f"{month:%Y-%m}"}
    return count(value, value, "within_noise", month=month, metric="dispute_case_count", keys=keys, names=names)


def test_of_beats_there_are_counts_alone() -> None:
    rows = [beat("一", 9, JUNE), beat("二", 4, JUNE), beat("二", None, date(2026, 5, 1))]
    frame = beats_frame(rows, "zh")
    assert frame["shown"].to_list() == ["9", "4", "×"]
    assert beats_title(frame, "zh") == "2 个警务区每月各 4 至 9 起"
    asked = Asked(METRICS["dispute_case_count"], "2026-06", "yoy", ("beat", "month"), {}, tuple(rows))
    assert behind(asked, "zh").columns == ["beat", "month", "value"]


def at_hour(hour: str | None, value: int, **more: str) -> ComparisonRow:
    keys = {**more, "hour": hour}
    return count(value, value, "within_noise", month=JUNE, keys=keys, names=dict(keys))


def test_every_square_of_the_week_is_there_and_an_hour_without_a_row_is_a_zero() -> None:
    frame = hours_frame([at_hour("08", 5, weekday="1"), at_hour("23", 2, weekday="7")], "zh")
    assert frame.height == 7 * 24
    assert frame["value"].sum() == 7
    assert frame.filter(frame["note"] == "星期一8时：5 起")["value"].to_list() == [5.0]
    assert frame["row"].to_list()[0] == "星期一"
    assert dispute_charts.week(frame, description="d").height > 0


def test_the_title_names_the_busiest_and_the_quietest_hour_and_the_rest_is_told_to_be_without_one() -> None:
    known = {
        row.keys["hour"]: row for row in (at_hour("08", 30), at_hour("20", 50), at_hour("04", 0), at_hour(None, 7))
    }
    total = count(87, 80, "within_noise", month=JUNE)
    assert hours_title(known, "zh") == "20时（50 起）接报最多，4时（0 起）最少"
    assert without_hour(known, total, "zh") == "87 起中有 7 起没有接警时间，不在图中。"
    assert without_hour({"08": known["08"]}, total, "en") == " All have their hour."
