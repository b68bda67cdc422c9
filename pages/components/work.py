"""What the page of work done shows for one selection: services, and every kind of work against its base."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pages.components import row_charts
from pages.components.cards import plain
from pages.components.headline import headline, period_of
from pages.components.kpi import Kpi
from pages.components.labels import text
from pages.components.panel import Panel, missing_words
from pages.components.row_frames import bars_frame, changes_title, named_by_metric, rates_frame
from pages.components.view import Asked, View
from pages.components.work_frames import answer, is_known, not_delivered, share_bars, without_share
from warehouse.wording import format_period, format_value, sentence_of

ON_THE_SPOT, ONE_VISIT, ANSWERED = "on_the_spot_rate", "one_visit_rate", "suggestion_answer_rate"
CARDS = (ON_THE_SPOT, ONE_VISIT, "market_day_count", "suggestion_received_count", "inspection_count")
# The services that people come for; the rest of the work is below, by what it is for.
SERVICES = (
    "hukou_service_count",
    "id_card_service_count",
    "certificate_count",
    "vehicle_driver_service_count",
    "legal_advice_count",
)
WORK: Mapping[str, tuple[str, ...]] = {
    "services": (*SERVICES, "home_delivery_count", "errand_count", "help_call_count"),
    "market": (
        "market_day_count",
        "market_day_served_count",
        "market_day_received_count",
        "market_day_settled_count",
    ),
    "outreach": (
        "legal_talk_count",
        "legal_talk_listener_count",
        "outreach_material_count",
        "warning_posted_count",
    ),
    "suggestions": (
        "public_meeting_count",
        "public_meeting_guest_count",
        "suggestion_received_count",
        "suggestion_answered_count",
        "suggestion_declined_count",
        "online_answer_count",
    ),
    "inspections": (
        "inspection_count",
        "inspection_found_count",
        "information_update_count",
        "sales_report_count",
    ),
    "patrols": (
        "patrol_trip_count",
        "patrol_kilometre_count",
        "joint_patrol_count",
        "joint_patrol_person_count",
    ),
    "programmes": (
        "family_session_count",
        "family_session_household_count",
        "small_case_accepted_count",
        "small_case_cleared_count",
        "dispute_sweep_count",
        "dispute_sweep_found_count",
    ),
}


@dataclass(frozen=True)
class WorkPage:
    """One period of one selection; `themes` hold the counts of daily work by what it is for."""

    answer: str
    service: str
    silent: str
    cards: tuple[Kpi, ...]
    figures: Panel
    shares: tuple[Panel, ...]
    how: str
    themes: tuple[Panel, ...]
    note: str


def read_work(view: View) -> WorkPage:
    """Everything on the page, of the period of the view (by default the latest complete month)."""
    period = period_of(view)
    asked = {theme: [view.ask(metric, period=period) for metric in metrics] for theme, metrics in WORK.items()}
    every = [one for theme in asked.values() for one in theme]
    shown, behind = headline(view, CARDS)
    said = answer(every, unit_name=plain(view.unit.name), language=view.language)
    if not said:
        return WorkPage(text("work.nothing", view.language), "", "", shown, behind, (), "", (), "")
    return WorkPage(
        said,
        _service(view),
        not_delivered(every, view.language),
        shown,
        behind,
        (_shares(view, "channels", "service_channel"), _shares(view, "kinds", "activity")),
        text("work.how", view.language),
        tuple(_theme(view, theme, rows) for theme, rows in asked.items()),
        text("work.note", view.language),
    )


def _service(view: View) -> str:
    asked = view.ask(ON_THE_SPOT, period=period_of(view))
    if asked.row is None or not asked.row.denominator:
        return ""
    return sentence_of(asked.row, asked.metric, unit_name=plain(view.unit.name), language=view.language)


def _shares(view: View, key: str, dimension: str) -> Panel:
    """Both shares of every channel, or of every kind of work, that reports them."""
    asked = [view.ask(metric, dimension, period=period_of(view)) for metric in (ON_THE_SPOT, ONE_VISIT)]
    bars = share_bars(asked, dimension, view.language)
    if not bars:
        none = text(f"work.{key}.none", view.language)
        return Panel(key, none, missing_words(asked[0], view), tuple(asked))
    # A kind of work that does not report them still has its count below; a channel would be missed.
    services = SERVICES if dimension == "service_channel" else ()
    counts = [view.ask(metric, dimension, period=period_of(view)) for metric in services]
    subtitle = text(f"work.{key}.subtitle", view.language, period=_when(asked, view))
    title = text(f"work.{key}.title", view.language, finding=changes_title(bars, view.language))
    drawing = row_charts.rates(rates_frame(bars, view.language), description=title)
    silent = without_share(asked[0], counts, dimension, view.language)
    return Panel(key, title, subtitle + silent, (*asked, *counts), drawing)


def _theme(view: View, theme: str, asked: Sequence[Asked]) -> Panel:
    """Work of one purpose: every row on its own scale, for their units differ."""
    bars = [named_by_metric(one.row, one.metric, view.language) for one in asked if one.row and is_known(one.row)]
    if not bars:
        none = text("work.none", view.language)
        title = text(f"work.{theme}.title", view.language, finding=none)
        return Panel(theme, title, missing_words(asked[0], view), tuple(asked))
    title = text(f"work.{theme}.title", view.language, finding=changes_title(bars, view.language))
    drawing = row_charts.bars(bars_frame(bars, view.language, is_one_scale=False), description=title)
    subtitle = text("work.subtitle", view.language, period=_when(asked, view))
    if any(bar.row.at_least_value is not None for bar in bars):
        subtitle += text("work.bounds", view.language)
    if theme != "suggestions":
        return Panel(theme, title, subtitle, tuple(asked), drawing)
    rate = view.ask(ANSWERED, period=period_of(view))
    return Panel(theme, title, subtitle + _answered(rate, view), (*asked, rate), drawing)


def _answered(asked: Asked, view: View) -> str:
    """The share of suggestions answered, which may be more than all: some came in before the period."""
    if asked.row is None or not asked.row.denominator:
        return ""
    share = format_value(asked.row, asked.metric, view.language)
    return text("work.answered", view.language, share=share)


def _when(asked: Sequence[Asked], view: View) -> str:
    rows = [one.row for one in asked if one.row]
    return format_period(rows[0].period if rows else view.window, view.language)
