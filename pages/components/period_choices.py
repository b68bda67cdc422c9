"""The periods that the filter bar offers, newest first, and what it calls them."""

from __future__ import annotations

from datetime import date

from pages.components.figures import latest_complete_month, months_before
from pages.components.labels import text
from warehouse.periods import BadPeriod, parse_period
from warehouse.reference import Language
from warehouse.wording import format_period

NAMED = {"latest-month": "period.latest_month", "ytd": "period.ytd", "rolling12": "period.rolling12"}
MONTHS, QUARTERS, YEARS = 24, 8, 4


def period_choices(until: date) -> list[str]:
    """The relative periods, then years, quarters and months back from the last day of the data."""
    month = latest_complete_month(until)
    years = [str(until.year - back) for back in range(YEARS)]
    starts = [months_before(until.replace(day=1), (until.month - 1) % 3 + 3 * back) for back in range(QUARTERS)]
    quarters = [f"{day.year}-Q{(day.month + 2) // 3}" for day in starts]
    months = [f"{months_before(month, back):%Y-%m}" for back in range(MONTHS)]
    return [*NAMED, *years, *quarters, *months]


def period_label(token: str, until: date, language: Language) -> str:
    """What a reader sees of a period: its name and, where the name is relative, its days."""
    try:
        period = parse_period(token, data_until=until)
    except BadPeriod:
        return token
    days = format_period(period, language)
    return text(NAMED[token], language, days=days) if token in NAMED else days
