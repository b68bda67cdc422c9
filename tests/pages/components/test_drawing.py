"""A drawing keeps its rows apart from its specification, and tells what a click is about."""

from __future__ import annotations

import altair as alt
import polars as pl
import pytest

from pages.components.drawing import PICK, draw, pickable

ROWS = pl.DataFrame({"code": ["A", "B"], "value": [1, 2], "day": [None, None]})


def test_rows_stand_beside_the_specification_once_however_many_layers_draw_them() -> None:
    base = alt.Chart(ROWS).encode(x="value:Q", y="code:N")
    drawing = draw([base.mark_point(), base.mark_text()], height=80, description="d")
    assert drawing.height == 80
    assert drawing.description == "d"
    assert [frame.rows() for frame in drawing.frames().values()] == [ROWS.rows()]
    assert drawing.spec["data"] == {"name": next(iter(drawing.datasets))}
    assert "datasets" not in drawing.spec


def test_frames_that_differ_are_kept_apart() -> None:
    layers = [alt.Chart(rows).mark_point().encode(x="value:Q") for rows in (ROWS, ROWS.head(1), ROWS)]
    drawing = draw(layers)
    assert sorted(frame.height for frame in drawing.frames().values()) == [1, 2]


def test_only_a_chart_with_marks_to_click_can_be_picked_from() -> None:
    base = alt.Chart(ROWS).encode(x="value:Q")
    assert not draw([base.mark_point()]).can_pick
    drawing = draw([pickable(base.mark_point()), base.mark_text()])
    assert drawing.can_pick
    (parameter,) = drawing.spec["params"]
    assert parameter["name"] == PICK
    assert parameter["select"]["fields"] == ["code"]


def test_a_second_layer_to_click_on_is_refused_since_the_browser_would_hear_one_alone() -> None:
    base = alt.Chart(ROWS).encode(x="value:Q")
    with pytest.raises(ValueError, match="only one layer"):
        draw([pickable(base.mark_point()), pickable(base.mark_text())])


def test_a_drawing_is_what_altair_would_have_made_of_the_layers() -> None:
    base = alt.Chart(ROWS).encode(x="value:Q", y="code:N")
    layers = [pickable(base.mark_point()), base.transform_filter("datum.value > 1").mark_text()]
    drawn = dict(draw(layers, height=80, description="d").spec)
    theirs = alt.LayerChart(layer=layers).properties(height=80, description="d").to_dict()
    alt.LayerChart.from_dict(drawn, validate=True)
    for spec in (drawn, theirs):
        spec.pop("data")
        (view,) = spec["params"][0].pop("views")
        assert spec["layer"][0].pop("name") == view
    assert {name: theirs[name] for name in drawn} == drawn
