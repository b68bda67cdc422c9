"""The page of visits on a bureau that can be counted by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.app import first_line, open_page, words


def charts(app: AppTest) -> dict[str, pl.DataFrame]:
    """The rows of each chart by its description, which is its title."""
    found: dict[str, Any] = {}
    for chart in app.get("vega_lite_chart"):
        spec = json.loads(chart.proto.spec)
        found[spec["description"]] = pl.read_ipc_stream(chart.proto.datasets[0].data.data)
    return found


def test_the_first_lines_answer_how_many_visits_and_whom_the_lists_still_miss(working: Path) -> None:
    # 62 + 31 + 10 against 62; 4 + 20 + 0 of 10 + 20 + 5.
    answer = first_line(open_page("visits"))
    assert answer.startswith("**2026年10月，全部单位开展走访103次，同比上升66.1%（增加41次）")
    assert "走访覆盖率68.6%（24/35）" in answer


def test_four_totals_stand_side_by_side_and_are_said_not_to_be_the_same_cases(working: Path) -> None:
    app = open_page("visits")
    shown = {card.label: card.value for card in list(app.metric)[-4:]}
    assert shown == {
        "走访次数": "103 次",
        "走访发现纠纷数": "31 起",
        "走访化解纠纷数": "15 起",
        "走访回访：满意／有效答复": "27/30",
    }
    assert any("不是同一批事" in caption.value for caption in app.caption)


def test_the_matrix_writes_due_and_done_into_its_cells(working: Path) -> None:
    app = open_page("visits")
    matrix = charts(app)["2026年10月共 3 项名单（单位 × 类别）：1 项全部走访到，1 项还没有走访"]
    cells = {(row["name"], row["column"]): row["shown"] for row in matrix.iter_rows(named=True)}
    assert cells[("全部单位", "发案户")] == "20/20"
    assert cells[("全部单位", "人大代表、政协委员")] == "4/15"
    assert cells[("城关派出所", "人大代表、政协委员")] == "4/10"
    assert cells[("西苑派出所", "人大代表、政协委员")] == "0/5"
    assert cells[("西苑派出所", "发案户")] == "—"
    # The whole first, then units by code; categories in the order of their list.
    assert matrix["name"].unique(maintain_order=True).to_list()[:2] == ["全部单位", "城关派出所"]
    assert matrix["column"].unique(maintain_order=True).to_list() == ["发案户", "人大代表、政协委员"]


def test_transport_tells_foot_from_horse_and_what_is_kept_by_month(working: Path) -> None:
    frames = charts(open_page("visits"))
    (transport,) = (frame for frame in frames.values() if "bound" in frame.columns)
    assert dict(transport.select("name", "shown").iter_rows()) == {
        "步行": "62 次",
        "骑马": "31 次",
        "未报送": "10 次",
    }


def test_the_calendar_holds_no_protected_visit(working: Path) -> None:
    frames = charts(open_page("visits"))
    title, days = next((title, frame) for title, frame in frames.items() if "week" in frame.columns)
    # 1 January to 31 October; three visits on each day of October, and none to a victim household on the 5th.
    assert days.height == 304
    assert days.filter(pl.col("value") > 0).height == 31
    assert days["value"].max() == 3
    assert title == "2026年 304 天中，走访最多的是2026年10月1日（3 次），273 天没有走访"


def test_households_are_told_by_unit_in_the_order_of_codes(working: Path) -> None:
    frames = charts(open_page("visits"))
    (reach,) = (frame for frame in frames.values() if frame.columns == ["code", "name", "value", "shown"])
    # 62 + 10 at A1, 93 at B1; the other two reported and visited nobody.
    assert reach.select("code", "value").rows() == [("A1", 72), ("A2", 0), ("B1", 93), ("B2", 0)]


def test_a_station_sees_its_own(working: Path) -> None:
    assert "西苑派出所开展走访31次" in first_line(open_page("visits", org="B1"))


def test_where_a_source_keeps_months_only_there_is_no_calendar(small: Path) -> None:
    # The small bureau delivers totals of visits by month, and nothing else about them.
    app = open_page("visits")
    titles = [title.value for title in app.subheader]
    assert "2026年走访只有月度合计，按类别逐月列出" in titles
    assert "没有走访名单，无法对照应访和已访" in titles
    assert "没有报送出行方式" in titles


@pytest.mark.parametrize("language", ["zh", "en"])
def test_without_any_visit_the_page_says_so(language: str, working: Path) -> None:
    # Of 2024 nothing was delivered.
    app = open_page("visits", lang=language, period="2024-05")
    assert not app.error
    assert ("尚未报送" if language == "zh" else "not delivered") in " ".join(words(app)).lower()
