"""The disputes page on the small bureau: what it says, draws and can be drilled into."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.app import first_line, open_page


def titles(app: AppTest) -> list[str]:
    return [title.value for title in app.subheader]


def test_the_first_line_answers_and_says_where_the_change_sits(small: Path) -> None:
    line = first_line(open_page("disputes"))
    assert line.startswith(
        "**2026年10月，全部单位接报纠纷警情47起，同比多7起（+17.5%），处于正常波动范围，差异不显著。**"
    )
    # 47 over 40 in four types and four stations of ten each: nothing that can be called.
    assert line.endswith("分类型、分单位看，差异都在正常波动范围内，或基数较小。")


def test_every_panel_states_its_finding(small: Path) -> None:
    # The data begin in July 2025, so that July to October 2026 have a base; A2 delivered nothing in May, B2 not all of
    # August, which takes the base of no month but August.
    found = titles(open_page("disputes"))
    assert found[0].startswith("3 个月的差异都不显著")
    assert found[1] == "16 个月的起数，连续报送满三年后画控制限"
    assert found[2].startswith("2026年10月差异不显著")
    assert found[3] == "2 个分局（县局）的差异都不显著"
    assert "4 类纠纷的基数都不足 20 起，只看起数" in found
    assert "4 个派出所的基数都不足 20 起，只看起数" in found
    assert "按风险等级" in found
    assert "按星期和时段" in found


@pytest.mark.parametrize(
    ("code", "below"),
    [("A", ["2 个派出所的基数都不足 20 起，只看起数"]), ("A1", ["按警务区"])],
)
def test_a_unit_is_drilled_down_to_its_stations_and_its_beats(code: str, below: list[str], small: Path) -> None:
    found = titles(open_page("disputes", org=code))
    assert all(title in found for title in below)
    assert not any("分局" in title for title in found)


def test_a_kind_of_dispute_narrows_every_panel(small: Path) -> None:
    line = first_line(open_page("disputes", type="debt"))
    assert line.startswith("**2026年10月，全部单位（债务纠纷）接报纠纷警情")


@pytest.mark.parametrize("step", ["month", "quarter", "to_date", "rolling", "nonsense"])
def test_the_way_to_step_through_time_is_in_the_url(step: str, small: Path) -> None:
    app = open_page("disputes", step=step)
    assert not app.error
    chosen = "month" if step == "nonsense" else step
    assert app.session_state["switch-step"] == chosen


def test_another_step_is_chosen_by_its_code(small: Path) -> None:
    app = open_page("disputes")
    app.segmented_control(key="switch-step").set_value("rolling").run()
    assert app.query_params["step"] == "rolling"
    # Twelve months up to June 2026 are the first that are all delivered, and have no year before them.
    assert titles(app)[0] == "12 个滚动年度都与对比期不可比"


def test_a_source_without_the_hour_of_the_call_says_so(small: Path) -> None:
    captions = [text.value for text in open_page("disputes").caption]
    assert "来源没有报送接警时间，不能按星期和时段分列。" in captions


def test_a_period_without_incidents_is_told_in_a_sentence(small: Path) -> None:
    app = open_page("disputes", period="2025-01")
    assert not app.error
