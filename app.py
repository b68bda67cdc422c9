"""The menu of the board: its pages and the page settings, nothing else."""

import logging
from pathlib import Path

import streamlit as st

from pages.components.labels import t
from pages.components.shell import enter

MENU = {
    "": ("overview",),
    "app.disputes": ("disputes", "resolution", "signals"),
    "app.service": ("satisfaction", "visits", "work"),
    "app.units": ("stations",),
    "app.data": ("definitions", "sql_workbench", "data_quality"),
}
ICON = Path(__file__).parent / "pages" / "components" / "icon.png"

reader = enter()
st.set_page_config(page_title=t("app.name"), page_icon=str(ICON), layout="wide")
pages = {
    t(group) if group else "": [
        st.Page(
            f"pages/{name}.py", title=t(f"{name}.title"), default=name == "overview", visibility=reader.visibility(name)
        )
        for name in names
    ]
    for group, names in MENU.items()
}
page = st.navigation(pages, position="top")
try:
    page.run()
except Exception:
    # The reader gets a sentence in their language, the operator the traceback.
    logging.getLogger(__name__).exception("page %s", page.url_path or "overview")
    st.error(t("app.error"))
