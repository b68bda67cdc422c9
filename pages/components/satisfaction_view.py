"""What the satisfaction page is of beside the filter bar: which answers count as satisfied, how people were asked."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from pages.components.figures import period_of
from pages.components.filters import switch
from pages.components.labels import t
from pages.components.view import LATEST, Asked, View
from warehouse.metric_definition import Metric
from warehouse.metrics import METRICS
from warehouse.wording import begin_sentence

# What the switch calls them in the URL; the first is the one that a report means without saying so.
DEFINITIONS = {
    "top2": "satisfaction_rate_top2",
    "top3": "satisfaction_rate_top3",
    "top1": "satisfaction_rate_top1",
}
RESPONSE = "survey_response_rate"
DEFINITION, MODE = "definition", "mode"


def choose(view: View) -> View:
    """Draw the two switches, and return the view as they say: a rate, and one mode of survey or all of them."""
    known = modes(view)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="switches"):
        names = {
            "top2": t("satisfaction.satisfied"),
            "top3": t("satisfaction.favourable"),
            "top1": t("satisfaction.very_satisfied"),
        }
        definition = switch(DEFINITION, t("satisfaction.definition"), names)
        every = {"": t("satisfaction.every_mode")}
        mode = switch(MODE, t("satisfaction.mode"), every | known) if len(known) > 1 else ""
    return replace(view, options=((DEFINITION, definition),), narrowed=(("mode", (mode,)),) if mode else ())


def modes(view: View) -> dict[str, str]:
    """The modes of the last twelve months by code, the one with the most invitations first."""
    rows = view.ask(RESPONSE, "mode", period="rolling12", basis="yoy").rows
    found = sorted(
        ((row.denominator, row.keys["mode"], row.names["mode"]) for row in rows if row.denominator),
        key=lambda one: (-one[0], one[1] or ""),
    )
    return {code: begin_sentence(name or "") for _, code, name in found if code}


def definition_of(view: View) -> str:
    """Which answers count as satisfied."""
    return dict(view.options).get(DEFINITION, "top2")


def metric_of(view: View) -> Metric:
    """The rate that the page shows."""
    return METRICS[DEFINITIONS[definition_of(view)]]


def ask(view: View, metric: str, *by: str) -> Asked:
    """Ask of the view's period; of the latest month, in February, with January, as on the overview."""
    return view.ask(metric, *by, period=period_of(view.month) if view.period == LATEST else view.period)
