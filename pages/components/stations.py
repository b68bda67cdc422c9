"""Everything the page of units shows for one selection."""

from __future__ import annotations

from dataclasses import dataclass

from pages.components.funnel import funnel_panel
from pages.components.panel import Panel
from pages.components.view import View

RATES = (
    "resolution_rate_closed",
    "satisfaction_rate_top2",
    "repeat_rate_90d",
    "visit_coverage_rate",
    "on_time_arrival_rate",
)


@dataclass(frozen=True)
class Stations:
    """One period of one selection."""

    funnels: tuple[Panel, ...]


def read_stations(view: View) -> Stations:
    """The funnels."""
    return Stations(tuple(funnel_panel(view, rate, key=f"funnel-{rate}") for rate in RATES))
