"""The menu of the board: its pages and the page settings, nothing else."""

import logging
from pathlib import Path

import streamlit as st

from pages.components.labels import t
from pages.components.shell import enter

ICON = Path(__file__).parent / "pages" / "components" / "icon.png"

enter()
st.set_page_config(page_title=t("app.name"), page_icon=str(ICON), layout="wide")
page = st.navigation(
    {
        "": [
            st.Page("pages/overview.py", title=t("overview.title"), default=True),
            st.Page("pages/visits.py", title=t("visits.title")),
            st.Page("pages/work.py", title=t("work.title")),
            st.Page("pages/signals.py", title=t("signals.title")),
            st.Page("pages/definitions.py", title=t("definitions.title")),
        ],
        t("app.operations"): [
            st.Page("pages/data_quality.py", title=t("data_quality.title")),
        ],
    },
    position="top",
)
try:
    page.run()
except Exception:
    # The reader gets a sentence in their language, the operator the traceback.
    logging.getLogger(__name__).exception("page %s", page.url_path or "overview")
    st.error(t("app.error"))
