"""For which days and for whom a file speaks: from its name, from the mapping, or from the records in it."""

from __future__ import annotations

import calendar
import re
from datetime import date, datetime

from etl.inbox import InboxFile
from etl.mapping_parts import Delivered, Window
from etl.readers import Unreadable


def delivered_at(file: InboxFile, rule: Delivered | None) -> datetime:
    """The delivery: the date in the file's name where the mapping gives a rule for it, else the file's own time."""
    match = re.search(rule.regex, file.base_name) if rule else None
    if rule is None or match is None:
        return file.modified_at.replace(microsecond=0)
    try:
        return datetime.strptime(match.group(1), rule.format)
    except ValueError:
        return file.modified_at.replace(microsecond=0)


def window_of(name: str, rule: Window | str, first: date | None, last: date | None) -> tuple[date, date] | None:
    """First and last day that a file speaks for; None where that cannot be known, as in a file of corrections whose
    name has no window: it then speaks for nobody, and hides no missing report.

    Raises:
        Unreadable: the name has a window that is not a date.
    """
    if isinstance(rule, str):
        return (first, last) if first and last else None
    if rule.regex is None:
        start, end = rule.start or first, rule.end or last
        return (start, end) if start and end and start <= end else None
    match = re.search(rule.regex, name)
    if match is None:
        return None
    days = [_span(text, rule.format, name) for text in match.groups() if text]
    return days[0][0], days[-1][1]


def _span(text: str, style: str, name: str) -> tuple[date, date]:
    """The days a text covers: a day, a month or a year, as its format has it."""
    try:
        start = datetime.strptime(text, style).date()
    except ValueError as error:
        raise Unreadable("mapping_conflict", sheet=None, line=None, found=f"{name}: {text}", expected=style) from error
    if "%d" in style or "%j" in style:
        return start, start
    if "%m" in style or "%b" in style:
        return start, start.replace(day=calendar.monthrange(start.year, start.month)[1])
    return start, start.replace(month=12, day=31)
