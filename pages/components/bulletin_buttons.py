"""The printable bulletin of what the overview shows, made when a reader asks for it."""

from __future__ import annotations

from functools import partial

import streamlit as st

from pages.components.data import bulletin
from pages.components.export_stamp import file_name
from pages.components.labels import t
from pages.components.panel import Panel
from pages.components.view import View


def bulletin_buttons(view: View) -> None:
    """One button for the bureau, one for the public."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(t("bulletin.label"), width="content", help=t("bulletin.help"))
        for audience in ("internal", "public"):
            wanted = view.of(is_public=audience == "public")
            st.download_button(
                t(f"bulletin.{audience}"),
                partial(_make, wanted),
                file_name=file_name(Panel("bulletin", "", ""), wanted, "html"),
                mime="text/html",
                key=f"bulletin-{audience}",
                on_click="ignore",
                icon=":material/print:",
                type="tertiary",
            )


def _make(view: View) -> bytes:
    html = bulletin(view.board, view.period, where=view.unit.where, is_public=view.is_public, language=view.language)
    return html.encode()
