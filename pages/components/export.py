"""The buttons that take a panel off the board: picture and table, for internal use or with small counts withheld."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass

import streamlit as st

from pages.components.data import built
from pages.components.export_picture import can_write_chinese, picture_of, png_of
from pages.components.export_stamp import file_name
from pages.components.export_table import csv_of, workbook_of
from pages.components.labels import t
from pages.components.panel import Panel
from pages.components.view import View

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def buttons(panel: Panel, view: View) -> None:
    """Draw them; a file is made when its button is pressed."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        audience = st.segmented_control(
            t("export.audience_label"),
            ["internal", "public"],
            format_func=lambda name: t(f"export.for_{name}"),
            default="internal",
            required=True,
            key=f"audience-{panel.key}",
            help=t("export.public_help"),
        )
        wanted = view.of(is_public=audience == "public")
        if panel.drawing is not None:
            if can_write_chinese():
                _button(panel, wanted, "png", "image/png", _png)
            _button(panel, wanted, "svg", "image/svg+xml", _svg)
        _button(panel, wanted, "xlsx", WORKBOOK, workbook_of)
        _button(panel, wanted, "csv", "text/csv", csv_of)
    if panel.drawing is not None and not can_write_chinese():
        st.caption(t("export.no_font"))


def _button(panel: Panel, view: View, suffix: str, mime: str, make: Callable[[Panel, View], bytes]) -> None:
    st.download_button(
        suffix.upper(),
        # Made again from the view: for the public the whole panel is another one, its title included.
        lambda: make(panel_of(panel.key, view) or panel, view),
        file_name=file_name(panel, view, suffix),
        mime=mime,
        key=f"export-{panel.key}-{suffix}",
        on_click="ignore",
        icon=":material/download:",
        type="tertiary",
    )


def panel_of(key: str, view: View) -> Panel | None:
    """The panel of that key as the page's builders make it for a view."""
    made = (panel for build in view.builders for panel in panels_in(built(view, build)))
    return next((panel for panel in made if panel.key == key), None)


def panels_in(page: object) -> Iterator[Panel]:
    """Every panel that a page's content holds, in order."""
    if isinstance(page, Panel):
        yield page
    elif isinstance(page, tuple | list):
        for part in page:
            yield from panels_in(part)
    elif is_dataclass(page) and not isinstance(page, type):
        for one in fields(page):
            yield from panels_in(getattr(page, one.name))


def _svg(panel: Panel, view: View) -> bytes:
    return picture_of(panel, view).encode()


def _png(panel: Panel, view: View) -> bytes:
    return png_of(picture_of(panel, view))
