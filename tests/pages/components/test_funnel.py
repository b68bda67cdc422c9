"""The funnel in words: who is outside, on which side, who is not drawn and why."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from pages.components.data import Board
from pages.components.figures import Selection
from pages.components.funnel import FunnelFigures, curve_frame, funnel_title, panel_of, units_frame
from pages.components.view import Asked, View
from tests.warehouse.test_funnel import row
from warehouse.comparison_row import ComparisonRow
from warehouse.funnel import funnel_of
from warehouse.metrics import METRICS
from warehouse.reference import Language

# At a bureau of 90 %: of 100 cases 70 are far too few and 100 too many, 91 are ordinary.
LOW, HIGH, ORDINARY, FEW = row("S1", 70, 100), row("S2", 100, 100), row("S3", 91, 100), row("S4", 27, 29)
SILENT = row("S5", None, None)


def view(language: Language = "zh", *, unit: str | None = None, members: tuple[str, ...] = ()) -> View:
    board = Board(Path("nowhere"), None, None, is_demo=False)
    return View(board, language, Selection(unit, unit or "", members, "station" if unit else None), date(2026, 10, 31))


def read(*rows: ComparisonRow, metric: str = "resolution_rate_closed") -> FunnelFigures:
    units = Asked(METRICS[metric], "2026-10", "yoy", ("station",), {}, rows)
    bureau = row("bureau", 900, 1000, metric=metric)
    whole = Asked(METRICS[metric], "2026-10", "yoy", (), {}, (bureau,))
    return FunnelFigures("station", units, whole, funnel_of(rows, bureau, METRICS[metric]))


def test_the_title_says_who_is_outside_on_which_side_and_what_that_means() -> None:
    assert (
        funnel_title(read(LOW, HIGH, ORDINARY), view())
        == "化解率（按结案）：3 个可比单位中，S1低于 99.8% 界限，需要查看；S2高于 99.8% 界限，好于全局；其余在界限以内"
    )


def test_low_is_good_of_a_rate_that_should_be_low() -> None:
    title = funnel_title(read(LOW, ORDINARY, metric="repeat_rate_90d"), view("en"))
    assert title == (
        "Repeat rate within 90 days: of 2 comparable units, S1 below the 99.8% limits, better than the bureau;"
        " the others lie within"
    )


def test_a_rate_that_is_neither_good_nor_bad_is_only_placed() -> None:
    found = read(LOW, ORDINARY, metric="referral_rate")
    assert funnel_title(found, view()) == "分流率：2 个可比单位中，S1低于 99.8% 界限；其余在界限以内"
    assert units_frame(found, view())["role"].to_list() == ["ink", "ordinary"]


def test_many_units_outside_are_counted_and_not_listed() -> None:
    rows = [row(f"S{number}", 60, 100) for number in range(4)]
    title = funnel_title(read(*rows, ORDINARY), view())
    assert title == "化解率（按结案）：5 个可比单位中，4 个单位低于 99.8% 界限，需要查看；其余在界限以内"


def test_the_chosen_unit_is_told_its_own_figure_and_place() -> None:
    title = funnel_title(read(LOW, HIGH), view(unit="S1", members=("S1",)))
    assert title == "化解率（按结案）：S1 70.0%（70/100），低于 99.8% 界限，需要查看"
    title = funnel_title(read(ORDINARY), view(unit="S3", members=("S3",)))
    assert title == "化解率（按结案）：S3 91.0%（91/100），在 95% 界限以内，与全局差异不显著"
    title = funnel_title(read(ORDINARY, FEW), view(unit="S4", members=("S4",)))
    assert title == "化解率（按结案）：S4样本不足（27/29），不作对照"


def test_units_that_are_not_drawn_are_named_with_the_reason() -> None:
    panel = panel_of(read(LOW, ORDINARY, FEW, SILENT), view(), key="funnel")
    assert panel.subtitle.startswith("2026年10月各单位。横线：全局 90.0%（900/1,000）；")
    assert panel.subtitle.endswith("带内差异不宜排名。样本不足 30、没有画出：S4（27/29）。无法计算：S5。")
    assert panel.drawing is not None
    assert panel.drawing.can_pick
    assert panel.drawing.frames()["rows-1"]["code"].to_list() == ["S1", "S3"]


def test_without_a_unit_to_compare_there_is_a_sentence_instead_of_a_chart() -> None:
    panel = panel_of(read(SILENT, FEW), view(), key="funnel")
    assert panel.drawing is None
    assert panel.title == "化解率（按结案）：没有可以对照的数字"
    assert "S4（27/29）" in panel.subtitle
    assert "可改选近 12 个月" in panel.subtitle


def test_only_units_outside_and_the_chosen_one_carry_their_names() -> None:
    frame = units_frame(read(LOW, HIGH, ORDINARY), view(unit="B", members=("B", "S3")))
    assert frame["is_named"].to_list() == [True, True, False]
    assert frame["is_chosen"].to_list() == [False, False, True]
    assert frame["role"].to_list() == ["attention", "better", "ordinary"]


def test_the_limits_are_drawn_from_the_smallest_unit_on() -> None:
    found = read(row("S1", 36, 40), row("S2", 180, 200))
    assert found.funnel is not None
    curve = curve_frame(found.funnel)
    assert curve["size"][0] == pytest.approx(40)
    assert curve["size"][-1] == pytest.approx(284)
    for near, far in (("low", "far_low"), ("high", "far_high")):
        assert ((curve[near] - 0.9).abs() <= (curve[far] - 0.9).abs()).all()
