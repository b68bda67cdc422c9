"""Run a page of the board without a browser, and read what a person would read on it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from streamlit.testing.v1 import AppTest

APP = Path(__file__).resolve().parents[2] / "app.py"
PAGES = (
    "overview",
    "disputes",
    "resolution",
    "signals",
    "satisfaction",
    "visits",
    "work",
    "stations",
    "definitions",
    "sql_workbench",
    "data_quality",
)
TEXTS = ("title", "subheader", "markdown", "caption", "info", "warning", "error", "badge")


def path_of(name: str) -> str:
    """Where a page lies in the board's address: the first one at the root."""
    return "" if name == PAGES[0] else name


def open_page(name: str, **parameters: str) -> AppTest:
    """A page after its first run, with these parameters in the URL."""
    app = AppTest.from_file(str(APP), default_timeout=60)
    for key, value in parameters.items():
        app.query_params[key] = value
    if name == PAGES[0]:
        return app.run()
    return app.run().switch_page(f"pages/{name}.py").run()


def words(app: AppTest) -> Iterator[str]:
    """Every text on the page that is ours; tables without the columns that hold names of data."""
    for kind in TEXTS:
        yield from (str(getattr(element, "value", "")) for element in app.get(kind))
    for metric in app.metric:
        yield from (metric.label, metric.value, metric.delta, metric.help, metric.proto.delta_description)
    for button in app.button:
        yield button.label
    for fold in app.expander:
        yield fold.label
    for field in app.text_input:
        yield from (field.label, field.placeholder)
    for box in app.selectbox:
        yield from (box.label, box.placeholder)
    for table in app.table:
        yield from map(str, table.value.columns)


def first_line(app: AppTest) -> str:
    """The answer: the first bold text."""
    return next(str(text.value) for text in app.markdown if str(text.value).startswith("**"))
