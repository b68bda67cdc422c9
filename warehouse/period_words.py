"""Periods and their bases in words: 2025年上半年, 2026年1—10月, 上年同期, in Chinese and English."""

from __future__ import annotations

from datetime import date

from warehouse.calendar_days import month_end
from warehouse.comparison_row import ComparisonRow
from warehouse.number_words import MONTHS, format_date, format_day, format_month
from warehouse.periods import Period
from warehouse.reference import Language
from warehouse.sentence_texts import read_texts, say


def format_period(period: Period, language: Language) -> str:
    """A period by its name, with the last day where the data end before it does: 2026年3月（截至20日）."""
    name = period_name(period, language)
    if period.kind == "days" or not _is_cut(period):
        return name
    if period.kind == "month":
        return say("period.until_day", language, name=name, day=period.end.day, date=format_day(period.end, language))
    # Across two years the day needs its year.
    day = (format_day if period.start.year == period.end.year else format_date)(period.end, language)
    return say("period.until", language, name=name, date=day)


def period_name(period: Period, language: Language) -> str:
    """A period by its name alone: 2025年, 2025年第一季度, 2025年3月—2026年2月, 2025年第12周, 2025年1月1日—3月31日."""
    start = period.start
    match period.kind:
        case "year":
            return say("period.year", language, year=start.year)
        case "half":
            return say(f"period.half_{(start.month + 5) // 6}", language, year=start.year)
        case "quarter":
            return say(f"period.quarter_{(start.month + 2) // 3}", language, year=start.year)
        case "week":
            year, week, _ = start.isocalendar()
            return say("period.week", language, year=year, week=week)
        case "days":
            return day_range(period, language)
        case "ytd":
            return _months(start, period.end, language)
        case _:
            return _months(start, period.whole_end, language)


def day_range(period: Period, language: Language) -> str:
    """Its first and last day, the year and the month said once where both have them."""
    first, last = period.start, period.end
    if first == last:
        return format_date(first, language)
    if first.year != last.year:
        return say("period.range", language, first=format_date(first, language), last=format_date(last, language))
    if language == "zh":
        end = f"{last.day}日" if first.month == last.month else format_day(last, language)
        return say("period.range", language, first=format_date(first, language), last=end)
    begin = str(first.day) if first.month == last.month else format_day(first, language)
    return say("period.range", language, first=begin, last=format_date(last, language))


def base_words(row: ComparisonRow, language: Language) -> str:
    """The base: 上年同期, 上期, 上年农历同期; of a part month 上年1—20日, of a part year the days."""
    base = row.base
    if base is None or not _names_its_days(row):
        return basis_words(row, language)
    if row.period.kind == "month" and row.basis == "yoy":
        month = MONTHS[base.start.month - 1]
        return say("basis.same_days", language, first=base.start.day, last=base.end.day, month=month)
    return day_range(base, language)


def basis_words(row: ComparisonRow, language: Language) -> str:
    """The base without its days: 上年同期, 上期, 上年农历同期."""
    return say(f"basis.{row.basis}", language)


def compared_words(row: ComparisonRow, language: Language) -> str:
    """How a comparison begins: 同比, 环比, 与上年1—20日相比; nothing in English, which names the base at the end."""
    key = f"compared.{row.basis}"
    if _names_its_days(row) or key not in read_texts():
        return say("compared.other", language, base=base_words(row, language))
    return say(key, language)


def partial_words(period: Period, language: Language) -> str:
    """截至20日（不完整月）, 截至10月31日（不完整年）."""
    key = f"partial.{period.kind}"
    day = format_day(period.end, language)
    return say(key if key in read_texts() else "partial.other", language, day=period.end.day, date=day)


def is_told_partial(row: ComparisonRow) -> bool:
    """Whether the sentence says up to which day the data go; the year to date is no broken year."""
    return "partial_period" in row.flags and row.period.kind != "ytd"


def _names_its_days(row: ComparisonRow) -> bool:
    return is_told_partial(row) and row.base is not None


def _is_cut(period: Period) -> bool:
    # The year to date ends where the data do: only a broken last month needs saying.
    if period.kind == "ytd":
        return period.end != month_end(period.end)
    return period.is_partial


def _months(first: date, last: date, language: Language) -> str:
    if (first.year, first.month) == (last.year, last.month):
        return format_month(first, language)
    if first.year != last.year:
        return say("period.range", language, first=format_month(first, language), last=format_month(last, language))
    names = {"first_name": MONTHS[first.month - 1], "last_name": MONTHS[last.month - 1]}
    return say("period.months_of_year", language, year=first.year, first=first.month, last=last.month, **names)
