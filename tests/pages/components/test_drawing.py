"""A drawing keeps its rows apart from its specification, and tells what a click is about."""

from __future__ import annotations

import altair as alt
import polars as pl

from pages.components.drawing import PICK, draw, pickable

ROWS = pl.DataFrame({"code": ["A", "B"], "value": [1, 2], "day": [None, None]})


def test_rows_stand_beside_the_specification_once_however_many_layers_draw_them() -> None:
    base = alt.Chart(ROWS).encode(x="value:Q", y="code:N")
    drawing = draw(alt.LayerChart(layer=[base.mark_point(), base.mark_text()]).properties(height=80, description="d"))
    assert drawing.height == 80
    assert drawing.description == "d"
    assert [frame.rows() for frame in drawing.frames().values()] == [ROWS.rows()]
    assert drawing.spec["data"] == {"name": next(iter(drawing.datasets))}
    assert "datasets" not in drawing.spec


def test_frames_that_differ_are_kept_apart() -> None:
    layers = [alt.Chart(rows).mark_point().encode(x="value:Q") for rows in (ROWS, ROWS.head(1), ROWS)]
    drawing = draw(alt.LayerChart(layer=layers))
    assert sorted(frame.height for frame in drawing.frames().values()) == [1, 2]


def test_only_a_chart_with_marks_to_click_can_be_picked_from() -> None:
    base = alt.Chart(ROWS).encode(x="value:Q")
    assert not draw(alt.LayerChart(layer=[base.mark_point()])).can_pick
    drawing = draw(alt.LayerChart(layer=[pickable(base.mark_point()), base.mark_text()]))
    assert drawing.can_pick
    (parameter,) = drawing.spec["params"]
    assert parameter["name"] == PICK
    assert parameter["select"]["fields"] == ["code"]
