"""Rows 9 to 16 of the catalogue: dates and times as offices and spreadsheets write them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from tests.bad_inputs.books import book, write, xls, xlsx
from tests.bad_inputs.case import HEAD, Case, Report, csv, good, loaded

MOMENT = dt.date(2015, 5, 28)


def at(moment: str) -> Callable[[str], bytes]:
    """One row received at this moment, as it is written."""
    quoted = f'"{moment}"' if "," in moment else moment
    return lambda key: csv(good(key, at=quoted))


def is_read(day: dt.date, hour: int | None) -> Report:
    """The row is loaded with this day and hour."""
    return loaded(1, values={"received_on": [day], "received_hour": [hour]})


def typed(moment: dt.datetime | dt.date, form: str, *, is_1904: bool = False) -> Callable[[str], bytes]:
    """A workbook whose cell is a date."""

    def fill(workbook: Workbook, sheet: Worksheet, key: str) -> None:
        write(sheet, [HEAD, good(key)])
        sheet.write_datetime(1, 2, moment, workbook.add_format({"num_format": form}))

    return lambda key: book(lambda workbook, sheet: fill(workbook, sheet, key), is_1904=is_1904)


def closed(opened: str, finished: str) -> Callable[[str], bytes]:
    """One row with a closing time."""
    return lambda key: csv([*good(key, at=opened), finished], head=(*HEAD, "办结时间"))


BAD = loaded(1, quarantined={"bad_date": 1})
OUTSIDE = loaded(1, quarantined={"out_of_range": 1})
EVENING, MORNING = is_read(MOMENT, 18), is_read(MOMENT, 8)
AFTERNOON = dt.datetime(2015, 5, 28, 18, 53)

CASES = (
    Case(9, "with_minutes", at("2015年5月28日18时53分"), EVENING),
    Case(9, "two_digits", at("2015年05月28日08时03分"), MORNING),
    Case(9, "with_seconds", at("2015年5月28日18时53分07秒"), EVENING),
    Case(9, "o_clock", at("2015年5月28日 18点"), EVENING),
    Case(9, "day_only", at("2015年5月28日"), is_read(MOMENT, None)),
    Case(10, "slashes", at("2015/5/28 8:03"), MORNING),
    Case(10, "hyphens", at("2015-5-28"), is_read(MOMENT, None)),
    Case(10, "compact", at("20150528"), is_read(MOMENT, None)),
    Case(10, "compact_with_time", at("20150528185300"), EVENING),
    Case(10, "points", at("2015.5.28 18:53"), EVENING),
    Case(10, "iso", at("2015-05-28T18:53:00"), EVENING),
    Case(10, "chinese_half_day", at("2015-5-28 下午6:53"), EVENING),
    Case(10, "english_half_day", at("2015/5/28 6:53 PM"), EVENING),
    Case(10, "day_first", at("28/05/2015"), BAD),
    Case(10, "month_first", at("05/28/2015 6:53 PM"), BAD),
    Case(10, "day_first_that_has_two_readings", at("05/06/2015"), BAD),
    Case(11, "serial_in_csv", at("42152.78"), EVENING),
    Case(11, "serial_in_a_number_cell", lambda k: xlsx(good(k, at=42152.5)), is_read(MOMENT, 12), suffix="xlsx"),
    Case(11, "date_cell", typed(AFTERNOON, "yyyy-mm-dd hh:mm"), EVENING, suffix="xlsx"),
    Case(11, "date_cell_1904", typed(AFTERNOON, "yyyy/m/d h:mm", is_1904=True), EVENING, suffix="xlsx"),
    Case(11, "date_cell_chinese", typed(MOMENT, 'yyyy"年"m"月"d"日"'), is_read(MOMENT, None), suffix="xlsx"),
    Case(11, "serial_in_xls", lambda k: xls(good(k, at=42152.5)), is_read(MOMENT, 12), suffix="xls"),
    Case(11, "serial_before_1990", at("20000.5"), BAD),
    Case(11, "serial_after_2100", at("90000"), BAD),
    Case(12, "end_of_day", at("2015-05-27 24:00"), is_read(MOMENT, 0)),
    Case(12, "end_of_day_seconds", at("2015年5月27日24:00:00"), is_read(MOMENT, 0)),
    Case(12, "end_of_month", at("2015/4/30 24:00"), is_read(dt.date(2015, 5, 1), 0)),
    Case(12, "after_the_end", at("2015-05-27 24:30"), BAD),
    Case(12, "hour_25", at("2015-05-27 25:00"), BAD),
    Case(12, "minute_60", at("2015-05-27 10:60"), BAD),
    Case(13, "thirtieth_of_february", at("2025-02-30 08:00"), BAD),
    Case(13, "leap_day_of_a_common_year", at("2023-02-29"), BAD),
    Case(13, "leap_day", at("2024-02-29 08:00"), is_read(dt.date(2024, 2, 29), 8)),
    Case(13, "thirteenth_month", at("2024年13月5日"), BAD),
    Case(13, "month_zero", at("2024-00-10"), BAD),
    Case(13, "thirty_first_of_april", at("2024/4/31 10:00"), BAD),
    Case(13, "all_zero", at("0000-00-00 00:00:00"), BAD),
    Case(14, "after_the_delivery", at("2025-04-04 08:00"), OUTSIDE),
    Case(14, "far_future", at("2205-03-01 08:00"), OUTSIDE),
    Case(14, "before_1949", at("1899-12-30 00:00:00"), OUTSIDE),
    Case(14, "unix_epoch_is_before_the_station", at("1970-01-01 08:00"), OUTSIDE),
    Case(14, "before_the_station_opened", lambda k: csv(good(k, org="新桥派出所", at="2020-06-30 23:59")), OUTSIDE),
    Case(
        14,
        "on_the_day_the_station_opened",
        lambda k: csv(good(k, org="新桥派出所", at="2020-07-01 00:01")),
        is_read(dt.date(2020, 7, 1), 0),
    ),
    Case(14, "closed_before_received", closed("2025-03-05 08:00", "2025-03-04 08:00"), OUTSIDE),
    Case(14, "closed_after_the_delivery", closed("2025-03-05 08:00", "2025-06-01 08:00"), OUTSIDE),
    Case(15, "two_digit_year", at("15-5-28"), BAD),
    Case(15, "two_digit_year_slashes", at("25/3/5 8:00"), BAD),
    Case(15, "two_digit_year_chinese", at("25年3月5日"), BAD),
    Case(15, "lunar", at("正月十五"), BAD),
    Case(15, "lunar_year", at("乙巳年二月初六"), BAD),
    Case(15, "republican_year_nobody_announced", at("民国104年5月28日"), BAD),
    Case(16, "summer_time_of_1988", at("1988-07-01 00:30"), is_read(dt.date(1988, 7, 1), 0)),
    Case(16, "the_hour_that_summer_time_skipped", at("1988-04-10 02:30"), is_read(dt.date(1988, 4, 10), 2)),
    Case(16, "shanghai_named", at("2015-05-28 18:53+08:00"), EVENING),
    Case(16, "another_zone", at("2015-05-28 18:53+00:00"), BAD),
    Case(16, "zulu", at("2015-05-28T10:53:00Z"), BAD),
)
