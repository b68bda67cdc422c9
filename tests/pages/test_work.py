"""The page of work done on a bureau that can be counted by hand."""

from __future__ import annotations

from pathlib import Path

from tests.pages.app import first_line, open_page, words
from tests.pages.test_visits import charts


def test_the_first_line_counts_the_kinds_of_work_and_how_they_changed(working: Path) -> None:
    answer = first_line(open_page("work"))
    assert answer.startswith("**2026年10月，全部单位报送日常工作 ")
    # Inspections rose from 40 to 90; two kinds hold lower bounds.
    assert "1 项上升" in answer
    assert "2 项含下限数，不作比较" in answer
    # 80 + 15 of 100 + 20.
    assert "当场办结率79.2%（95/120）" in answer


def test_what_nobody_delivers_is_named(working: Path) -> None:
    notes = " ".join(caption.value for caption in open_page("work").caption)
    assert "没有单位报送的工作" in notes
    assert "巡逻次数" in notes
    assert "赶集警务次数" not in notes.partition("没有单位报送的工作")[2].partition("。")[0]


def test_channels_are_told_apart_and_those_that_do_not_report_are_named(working: Path) -> None:
    app = open_page("work")
    frames = [frame for frame in charts(app).values() if "whole" in frame.columns]
    channels = frames[0]
    assert dict(channels.select("name", "shown").iter_rows()) == {
        "窗口 · 当场办结率": "80.0%（80/100） · 无可比基数",
        "窗口 · 一次办结率": "90.0%（81/90） · 无可比基数",
        "赶集 · 当场办结率": "样本不足（15/20）",
    }
    assert any("自助机办结了业务，但没有报送这个数" in caption.value for caption in app.caption)


def test_lower_bounds_stand_beside_exact_figures_and_are_never_added(working: Path) -> None:
    app = open_page("work")
    rows = [row for frame in charts(app).values() if "bound" in frame.columns for row in frame.iter_rows(named=True)]
    shown = {row["name"]: (row["shown"], row["bound_shown"]) for row in rows}
    assert shown["赶集服务群众人次"] == ("30 人次", "至少 50 人次")
    assert shown["群防群治参与人次"][1] == "至少 120 人次"
    assert "80 人次" not in " ".join(words(app)) + str(shown)


def test_without_activity_files_the_page_says_what_to_do(small: Path) -> None:
    app = open_page("work")
    assert first_line(app).startswith("**所选单位和时段没有报送业务工作。下一步")
    assert not app.get("vega_lite_chart")
