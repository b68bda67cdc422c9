"""What the satisfaction page is of beside the filter bar: which answers count as satisfied, how people were asked."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from pages.components.figures import period_of
from pages.components.filters import switch
from pages.components.labels import t
from pages.components.view import LATEST, Asked, View
from warehouse.metric_definition import Metric
from warehouse.metrics import METRICS
from warehouse.periods import Basis
from warehouse.reference import Language
from warehouse.wording import begin_sentence

# What the switch calls them in the URL; the first is the one that a report means without saying so.
DEFINITIONS = {
    "top2": "satisfaction_rate_top2",
    "top3": "satisfaction_rate_top3",
    "top1": "satisfaction_rate_top1",
}
RESPONSE = "survey_response_rate"
DEFINITION, MODE = "definition", "mode"


@dataclass(frozen=True)
class SatisfactionView:
    """A view with the definition of a satisfied answer, and one mode of survey or ("") all of them."""

    view: View
    definition: str
    mode: str

    @property
    def identity(self) -> tuple[object, ...]:
        """All that the page's content depends on."""
        return (*self.view.identity, self.definition, self.mode)

    @property
    def language(self) -> Language:
        """The reader's."""
        return self.view.language

    @property
    def metric(self) -> Metric:
        """The rate that the charts show."""
        return METRICS[DEFINITIONS[self.definition]]

    @property
    def period(self) -> str:
        """The period; of the latest month, in February, with January, as on the overview."""
        return period_of(self.view.month) if self.view.period == LATEST else self.view.period

    def ask(self, metric: str, *by: str, period: str | None = None, basis: Basis | None = None) -> Asked:
        """Ask of this selection, and of the chosen mode."""
        where = {"mode": (self.mode,)} if self.mode else None
        return self.view.ask(metric, *by, period=period or self.period, basis=basis, where=where)


def choose(view: View) -> SatisfactionView:
    """Draw the two switches, and return what they say."""
    known = modes(view)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="switches"):
        definition = switch(
            DEFINITION, t("satisfaction.definition"), {code: t(f"satisfaction.{code}") for code in DEFINITIONS}
        )
        mode = (
            switch(MODE, t("satisfaction.mode"), {"": t("satisfaction.every_mode"), **known}) if len(known) > 1 else ""
        )
    return SatisfactionView(view, definition, mode)


def modes(view: View) -> dict[str, str]:
    """The modes of the last twelve months by code, most invitations first."""
    rows = view.ask(RESPONSE, "mode", period="rolling12", basis="yoy").rows
    found = sorted(
        ((row.denominator, row.keys["mode"], row.names["mode"]) for row in rows if row.denominator),
        key=lambda one: (-one[0], one[1] or ""),
    )
    return {code: begin_sentence(name or "") for _, code, name in found if code}
