"""Write calendar.csv (2000-2035) from holidays_cn.csv, the table of days that a bureau may correct.

Run `python data/reference/make_calendar.py` with the development packages installed. A year that has
no row in holidays_cn.csv is seeded first; rows that stand there are never changed.
"""

from __future__ import annotations

import csv
import datetime
import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import holidays
from chinese_calendar import constants as state_council
from lunardate import LunarDate

FIRST_YEAR, LAST_YEAR = 2000, 2035
# How far an arrangement has reached from a statutory holiday, in the notices for 2004-2026 (the single
# holiday of 3 September 2015 apart). In a year without a notice such a day may still be exchanged.
WEEKEND_REACH = (-8, 10)
WEEKDAY_REACH = (-2, 5)

DAY_KINDS = ("workday", "weekend", "holiday", "makeup_workday", "unknown")
SOURCES = ("state_council", "local_notice", "statutory_guess", "weekly_rule")

# Keyed by the names the two source packages use, so that either spelling leads to one text.
NAMES = {
    "New Year's Day": ("元旦", "New Year's Day"),
    "Spring Festival": ("春节", "Spring Festival"),
    "Tomb-sweeping Day": ("清明节", "Tomb-Sweeping Day"),
    "Labour Day": ("劳动节", "Labour Day"),
    "Dragon Boat Festival": ("端午节", "Dragon Boat Festival"),
    "Mid-autumn Festival": ("中秋节", "Mid-Autumn Festival"),
    "National Day": ("国庆节", "National Day"),
    "Anti-Fascist 70th Day": ("抗战胜利70周年纪念日", "70th Anniversary of Victory"),
}
STATUTORY = {zh: (zh, en) for zh, en in NAMES.values()} | {"农历除夕": NAMES["Spring Festival"]}
LUNAR_MONTHS = "正二三四五六七八九十冬腊"
DIGITS = "一二三四五六七八九十"


class Holiday(NamedTuple):
    """One line of holidays_cn.csv."""

    date: datetime.date
    day_kind_code: str
    name_zh: str
    name_en: str
    calendar_source: str


class Day(NamedTuple):
    """One line of calendar.csv; booleans are written as true and false."""

    date: datetime.date
    year: int
    quarter: int
    month: int
    day: int
    month_start: datetime.date
    weekday: int
    iso_year: int
    iso_week: int
    lunar_year: int
    lunar_month: int
    lunar_day: int
    is_lunar_leap_month: str
    lunar_text: str
    days_from_new_year: int
    day_kind_code: str
    holiday_zh: str
    holiday_en: str
    calendar_source: str


def published_days(year: int) -> Iterator[Holiday]:
    """Yield the days off and make-up days of the State Council's notice for a year."""
    for day, name in state_council.holidays.items():
        if day.year == year:
            yield Holiday(day, "holiday", *NAMES[name], "state_council")
    for day, name in state_council.workdays.items():
        if day.year == year:
            zh, en = NAMES[name]
            yield Holiday(day, "makeup_workday", f"{zh}调休", f"Make-up day for {en}", "state_council")


def statutory_days(year: int) -> Iterator[Holiday]:
    """Yield the days that the regulation itself names; substitute and exchanged days need a notice."""
    for day, names in holidays.country_holidays("CN", years=year, observed=False, language="zh_CN").items():
        known = [STATUTORY[name] for name in names.split("; ") if name in STATUTORY]
        if known and day.year == year:
            zh, en = zip(*known, strict=True)
            yield Holiday(day, "holiday", "、".join(zh), " and ".join(en), "statutory_guess")


def seed_year(year: int) -> list[Holiday]:
    """Return the best knowledge of a year: the notice where there is one, else the regulation."""
    return list(published_days(year)) or list(statutory_days(year))


def parse_holiday(row: Mapping[str, str], *, line: int) -> Holiday:
    """Check one line that a person may have edited, and say where it is wrong."""
    for column, allowed in (("day_kind_code", DAY_KINDS), ("calendar_source", SOURCES)):
        if row[column] not in allowed:
            found, expected = row[column], ", ".join(allowed)
            raise ValueError(f"holidays_cn.csv, line {line}, {column}: found {found!r}, expected {expected}")
    try:
        day = datetime.date.fromisoformat(row["date"])
    except ValueError:
        problem = f"found {row['date']!r}, expected a day such as 2026-02-17"
        raise ValueError(f"holidays_cn.csv, line {line}, date: {problem}") from None
    return Holiday(day, row["day_kind_code"], row["name_zh"], row["name_en"], row["calendar_source"])


def read_holidays(path: Path) -> list[Holiday]:
    """Read holidays_cn.csv (with or without the byte-order mark Excel adds); an absent file is empty."""
    if not path.exists():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [parse_holiday(row, line=line) for line, row in enumerate(csv.DictReader(file), start=2)]


def complete(known: Iterable[Holiday]) -> list[Holiday]:
    """Add the years that are missing, and refuse a day that is given twice."""
    rows = list(known)
    missing = set(range(FIRST_YEAR, LAST_YEAR + 1)) - {row.date.year for row in rows}
    rows = sorted([*rows, *(row for year in missing for row in seed_year(year))])
    repeated = [a.date.isoformat() for a, b in pairwise(rows) if a.date == b.date]
    if repeated:
        raise ValueError(f"holidays_cn.csv: more than one row for {', '.join(repeated)}")
    return rows


def published_years(table: Iterable[Holiday]) -> set[int]:
    """Return the years known from a notice: a row of the State Council and no guess left."""
    sources: dict[int, set[str]] = {}
    for row in table:
        sources.setdefault(row.date.year, set()).add(row.calendar_source)
    return {year for year, s in sources.items() if "state_council" in s and "statutory_guess" not in s}


def exchangeable_days(table: Iterable[Holiday]) -> set[datetime.date]:
    """Return the days so near a national holiday that only a notice can say what they are."""
    anchors = [r.date for r in table if r.day_kind_code == "holiday" and r.calendar_source != "local_notice"]
    anchors.append(datetime.date(LAST_YEAR + 1, 1, 1))
    found = set()
    for anchor in anchors:
        for offset in range(WEEKEND_REACH[0], WEEKEND_REACH[1] + 1):
            day = anchor + datetime.timedelta(days=offset)
            if day.isoweekday() > 5 or WEEKDAY_REACH[0] <= offset <= WEEKDAY_REACH[1]:
                found.add(day)
    return found


@cache
def new_year_day(lunar_year: int) -> datetime.date:
    """Return the solar date of the first day of a lunar year (lunardate reaches from 1900 to 2099)."""
    day: datetime.date = LunarDate(lunar_year, 1, 1).to_solar_date()
    return day


def days_from_new_year(day: datetime.date) -> int:
    """Return the signed distance to the nearest lunar new year's day; at equal distance to the earlier."""
    distances = [(day - new_year_day(day.year + step)).days for step in (-1, 0, 1)]
    return min(distances, key=lambda days: (abs(days), -days))


def lunar_text(lunar: LunarDate) -> str:
    """Return a lunar day as it is written: 正月初一, 闰六月十五, 腊月廿九."""
    tens, ones = divmod(lunar.day - 1, 10)
    day = {20: "二十", 30: "三十"}.get(lunar.day, "初十廿"[tens] + DIGITS[ones])
    return f"{'闰' if lunar.is_leap_month else ''}{LUNAR_MONTHS[lunar.month - 1]}月{day}"


def kind_of(
    day: datetime.date,
    *,
    given: Mapping[datetime.date, Holiday],
    published: set[int],
    exchangeable: set[datetime.date],
) -> tuple[str, str, str, str]:
    """Return day kind, holiday name in Chinese and English (of days off only) and source of one day."""
    if row := given.get(day):
        names = (row.name_zh, row.name_en) if row.day_kind_code == "holiday" else ("", "")
        return row.day_kind_code, *names, row.calendar_source
    if day.year not in published and day in exchangeable:
        return "unknown", "", "", "statutory_guess"
    ordinary = "weekend" if day.isoweekday() > 5 else "workday"
    return ordinary, "", "", "state_council" if day.year in published else "weekly_rule"


def calendar(table: list[Holiday]) -> Iterator[Day]:
    """Yield every day from the first year to the last."""
    given = {row.date: row for row in table}
    published, exchangeable = published_years(table), exchangeable_days(table)
    first, end = datetime.date(FIRST_YEAR, 1, 1), datetime.date(LAST_YEAR + 1, 1, 1)
    for ordinal in range(first.toordinal(), end.toordinal()):
        day = datetime.date.fromordinal(ordinal)
        iso = day.isocalendar()
        lunar = LunarDate.from_solar_date(day.year, day.month, day.day)
        leap = "true" if lunar.is_leap_month else "false"
        yield Day(
            day, day.year, (day.month + 2) // 3, day.month, day.day, day.replace(day=1),
            iso.weekday, iso.year, iso.week,
            lunar.year, lunar.month, lunar.day, leap, lunar_text(lunar), days_from_new_year(day),
            *kind_of(day, given=given, published=published, exchangeable=exchangeable),
        )  # fmt: skip


def write(path: Path, header: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> None:
    """Write one table as UTF-8 CSV with plain line ends."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def main(directory: Path) -> None:
    """Complete holidays_cn.csv in a directory and write calendar.csv beside it."""
    table = complete(read_holidays(directory / "holidays_cn.csv"))
    write(directory / "holidays_cn.csv", Holiday._fields, table)
    write(directory / "calendar.csv", Day._fields, calendar(table))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent)
