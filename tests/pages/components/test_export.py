"""What leaves the board: numbers as they are, stamped, small counts withheld for the public, never a formula."""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from datetime import date
from io import BytesIO, StringIO
from pathlib import Path
from xml.etree import ElementTree

import altair as alt
import polars as pl
import pytest

from pages.components import charts
from pages.components.data import built, open_board
from pages.components.export import panel_of, panels_in
from pages.components.export_picture import NoFont, can_write_chinese, picture_of, png_of
from pages.components.export_stamp import file_name
from pages.components.export_table import csv_of, workbook_of
from pages.components.figures import Selection
from pages.components.overview import Overview, read_overview
from pages.components.panel import Panel
from pages.components.view import View, view_of
from tests.pages.conftest import NEW
from warehouse.reference import Language

SMALL = {
    "A": Selection("A", "城东分局", ("A", "A1", "A2"), "branch"),
    "A1": Selection("A1", "城关派出所", ("A1",), "station"),
}


def seen(unit: str = "A", language: Language = "zh", *, is_public: bool = False) -> tuple[View, Overview]:
    view = view_of(open_board(), language)
    assert view
    view = replace(view.of(unit=SMALL[unit], is_public=is_public), period="2026-10")
    page = built(view, read_overview)
    assert page
    return view, page


def read_csv(panel: Panel, view: View) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(csv_of(panel, view).decode("utf-8-sig"))))


def test_a_csv_holds_codes_names_windows_and_numbers_as_they_are(small: Path) -> None:
    view, page = seen()
    assert csv_of(page.units, view).startswith(b"\xef\xbb\xbf")
    first, second = read_csv(page.units, view)
    # October: A1 14 after 10, A2 12 after 10.
    assert (first["派出所代码"], first["派出所"], first["数值"], first["对比期数值"], first["变化率"]) == (
        "A1", "城关派出所", "14", "10", "0.3999999999999999",
    )  # fmt: skip
    assert (second["派出所代码"], second["数值"]) == ("A2", "12")
    assert (first["本期开始"], first["本期结束"], first["对比期开始"]) == ("2026-10-01", "2026-10-31", "2025-10-01")


def test_every_row_says_how_fresh_it_is_and_for_whom(small: Path) -> None:
    view, page = seen()
    (row, _) = read_csv(page.units, view)
    assert row["数据"] == f"数据截至2026年11月5日，第 {NEW} 代"
    assert row["范围"] == "内部使用，未隐去小数"
    assert re.fullmatch("[0-9a-f]{8}", row["口径版本"])


def test_a_workbook_opens_with_numbers_as_numbers_and_its_definitions(small: Path) -> None:
    view, page = seen()
    book = workbook_of(page.units, view)
    table = pl.read_excel(BytesIO(book), sheet_id=1, read_options={"header_row": 6})
    assert table["数值"].to_list() == [14, 12]
    assert table["派出所"].to_list() == ["城关派出所", "东湖派出所"]
    words = pl.read_excel(BytesIO(book), sheet_name="口径", has_header=False)
    said = " ".join(str(cell) for row in words.iter_rows() for cell in row)
    assert "dispute_incident_count" in said
    assert "python -m warehouse metric dispute_incident_count" in said
    assert f"数据截至2026年11月5日，第 {NEW} 代" in said


def test_a_panel_of_several_metrics_has_a_sheet_for_each(small: Path) -> None:
    view, page = seen()
    sheets = pl.read_excel(BytesIO(workbook_of(page.figures, view)), sheet_id=0, has_header=False)
    assert list(sheets) == [
        "纠纷警情数",
        "化解率（按结案）",
        "满意率（非常满意＋满意）",
        "走访次数",
        "90日重复率",
        "口径",
    ]


def test_a_name_that_begins_like_a_formula_stays_a_name(small: Path) -> None:
    view, page = seen()
    (asked,) = page.units.asked
    row = replace(asked.rows[0], names={"station": "=1+1"})
    panel = replace(page.units, asked=(replace(asked, rows=(row,)),))
    assert read_csv(panel, view)[0]["派出所"] == "'=1+1"
    table = pl.read_excel(BytesIO(workbook_of(panel, view)), sheet_id=1, read_options={"header_row": 6})
    assert table["派出所"].to_list() == ["=1+1"]


def test_for_the_public_small_counts_are_withheld_everywhere(small: Path) -> None:
    view, page = seen("A1")
    # Fourteen disputes: five types by turns, so neighbour 6 and the three others 3, 3 and 2.
    inside = {row["纠纷大类代码"]: row["数值"] for row in read_csv(page.types, view)}
    assert sorted(inside.values(), key=int) == ["2", "3", "3", "6"]
    public = view.of(is_public=True)
    panel = panel_of("types", public)
    assert panel
    outside = {row["纠纷大类代码"]: row["数值"] for row in read_csv(panel, public)}
    assert {code for code, value in outside.items() if value} <= {"neighbour"}
    assert {row["范围"] for row in read_csv(panel, public)} == {"公开版，1 至 4 的小数已隐去"}
    # Nor does the picture draw or say them.
    assert panel.drawing
    drawn = next(iter(panel.drawing.frames().values()))
    assert set(drawn.filter(pl.col("code") != "neighbour")["rate"]) == {None}
    assert not re.search(r"[→ ][1-4] ?起", " ".join(drawn["counts"]))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_picture_carries_finding_reading_source_date_and_audience(language: Language, small: Path) -> None:
    view, page = seen(language=language)
    svg = picture_of(page.months, view)
    said = "".join(ElementTree.fromstring(svg).itertext()).replace(" ", "").replace("\xa0", "")
    for words in (page.months.title, page.months.subtitle, NEW):
        assert words.replace(" ", "") in said
    assert ("内部使用" if language == "zh" else "Internaluse") in said
    # Nothing is fetched by whoever opens it.
    assert set(re.findall(r'https?://[^"\s]+', svg)) <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}


def test_a_png_is_made_where_chinese_can_be_written_and_refused_where_not(small: Path) -> None:
    view, page = seen()
    svg = picture_of(page.types, view)
    if can_write_chinese():
        assert png_of(svg).startswith(b"\x89PNG")
    else:
        with pytest.raises(NoFont):
            png_of(svg)


def test_days_are_drawn_where_they_lie(small: Path) -> None:
    view, page = seen()
    rows = pl.DataFrame({"day": [date(2026, 1, 1), date(2026, 3, 1)], "value": [1, 2]})
    layer = alt.Chart(rows).mark_line().encode(x=alt.X("day:T", scale=alt.Scale(type="utc")), y="value:Q")
    drawing = charts.finish([layer], "d", height=100)
    line = re.search(r'aria-roledescription="line mark"[^>]* d="M([\d.]+),[\d.]+L([\d.]+)', picture_of(
        replace(page.months, drawing=drawing), view
    ))  # fmt: skip
    assert line
    assert float(line[1]) == 0
    assert float(line[2]) > 500


def test_file_names_tell_panel_unit_period_and_audience_and_hold_no_separator(small: Path) -> None:
    view, page = seen()
    assert file_name(page.types, view, "csv") == "types_A_2026-10_20261105.csv"
    odd = replace(view.of(is_public=True), period="2026-01..2026-10", unit=Selection("../x", "x"))
    assert file_name(page.types, odd, "png") == "types_---x_2026-01_2026-10_20261105_public.png"


def test_all_panels_of_a_page_are_found(small: Path) -> None:
    _, page = seen()
    assert [panel.key for panel in panels_in(page)] == ["cards", "year", "types", "units", "funnel", "signals"]
