"""Which chart an answer suggests, and what it then draws."""

from __future__ import annotations

from datetime import date, datetime

import altair as alt
import polars as pl
import pytest

from pages.components.result_charts import MOST_BARS, chart_of, drawn_rows, gaps
from pages.components.result_plan import FORMS, Plan, choices_of, guess

MONTHS = [date(2026, 8, 1), date(2026, 9, 1), date(2026, 10, 1)]


def many(count: int) -> pl.DataFrame:
    return pl.DataFrame({"name": [f"s{number}" for number in range(count)], "n": list(range(count))})


@pytest.mark.parametrize(
    ("frame", "expected"),
    [
        ({"month": MONTHS, "n": [1, 2, 3]}, Plan("line", "month", ("n",))),
        ({"month": MONTHS, "n": [1, 2, 3], "before": [1, 1, 1]}, Plan("line", "month", ("n", "before"))),
        ({"n": [1, 2, 3], "by_key": ["2026-08", "2026-09", "2026-10"]}, Plan("line", "by_key", ("n",))),
        ({"year": [2024, 2025, 2026], "n": [1, 2, 3]}, Plan("line", "year", ("n",))),
        ({"at": MONTHS, "kind": ["a", "b", "a"], "n": [1, 2, 3]}, Plan("line", "at", ("n",), "kind")),
        ({"station": ["a", "b", "c"], "n": [1, 2, 3]}, Plan("bars", "station", ("n",))),
        (
            {"kind": ["x", "x", "y"], "station": ["a", "b", "c"], "n": [1, 2, 3]},
            Plan("bars", "station", ("n",), "kind"),
        ),
        ({"a": [1, 2, 3], "b": [0.5, 0.4, 0.1]}, Plan("points", "a", ("b",))),
        ({"n": [1, 2, 3]}, None),
        ({"station": ["a", "b"]}, None),
        ({"month": MONTHS[:1], "n": [1]}, None),
        ({"n": [], "month": []}, None),
    ],
)
def test_the_guess_goes_by_what_the_columns_hold(frame: dict[str, list[object]], expected: Plan | None) -> None:
    assert guess(pl.DataFrame(frame)) == expected


def test_columns_are_sorted_into_times_numbers_and_groups() -> None:
    frame = pl.DataFrame(
        {"t": MONTHS, "n": [1, 2, 3], "g": ["a", "b", None], "ok": [True, False, True], "l": [[1]] * 3}
    )
    found = choices_of(frame)
    assert (found.times, found.numbers, found.groups) == (("t",), ("n",), ("g", "ok"))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("series", [None, "k[1].x"])
def test_every_form_is_a_valid_chart_whatever_the_columns_are_called(form: str, series: str | None) -> None:
    frame = pl.DataFrame({"a.b": MONTHS, "n'\"]": [1, None, 3], "k[1].x": ["p", None, "q"]})
    plan = Plan(form, "a.b", ("n'\"]",), series)  # type: ignore[arg-type]
    drawing = chart_of(frame, plan, description="a title")
    spec = {key: value for key, value in drawing.spec.items() if key != "datasets"}
    alt.LayerChart.from_dict({**spec, "data": {"name": "rows-0"}}, validate=True)
    assert drawing.description == "a title"
    (rows,) = drawing.frames().values()
    assert rows["x"].to_list() == ["2026-08-01", "2026-09-01", "2026-10-01"]
    assert rows["y"].to_list() == [1, None, 3]


def test_several_numbers_are_several_series() -> None:
    frame = pl.DataFrame({"month": MONTHS, "now": [1, 2, 3], "before": [4, 5, 6]})
    (rows,) = chart_of(frame, Plan("line", "month", ("now", "before")), description="d").frames().values()
    assert rows["series"].to_list() == ["now"] * 3 + ["before"] * 3
    assert rows["y"].to_list() == [1, 2, 3, 4, 5, 6]


def test_moments_at_midnight_are_days() -> None:
    frame = pl.DataFrame({"quarter": [datetime(2026, 1, 1), datetime(2026, 4, 1)], "n": [1, 2]})
    (rows,) = chart_of(frame, Plan("line", "quarter", ("n",)), description="d").frames().values()
    assert rows["x"].to_list() == ["2026-01-01", "2026-04-01"]


def test_a_chart_draws_no_more_than_can_be_told_apart() -> None:
    plan = Plan("bars", "name", ("n",))
    (rows,) = chart_of(many(500), plan, description="d").frames().values()
    assert rows.height == drawn_rows(many(500), plan) == MOST_BARS


def test_rows_without_a_value_are_counted_as_gaps() -> None:
    frame = pl.DataFrame({"m": [1, 2, None, 4], "a": [1, None, None, None], "b": [1, None, 3, 4]})
    assert gaps(frame, Plan("line", "m", ("a",))) == 2
    assert gaps(frame, Plan("line", "m", ("a", "b"))) == 1
