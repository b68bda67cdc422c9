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
        "": [st.Page("pages/overview.py", title=t("overview.title"), default=True)],
        t("app.disputes"): [
            st.Page("pages/disputes.py", title=t("disputes.title")),
            st.Page("pages/resolution.py", title=t("resolution.title")),
            st.Page("pages/signals.py", title=t("signals.title")),
        ],
        t("app.service"): [
            st.Page("pages/satisfaction.py", title=t("satisfaction.title")),
            st.Page("pages/visits.py", title=t("visits.title")),
            st.Page("pages/work.py", title=t("work.title")),
        ],
        t("app.units"): [st.Page("pages/stations.py", title=t("stations.title"))],
        t("app.data"): [
            st.Page("pages/definitions.py", title=t("definitions.title")),
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
