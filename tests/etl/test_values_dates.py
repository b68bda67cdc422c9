"""Dates, moments and months as Chinese offices write them: tables by hand, and every style there and back."""

import random
from collections.abc import Callable
from datetime import date, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.values import has_time, parse_dates, parse_datetimes, parse_months

DELIVERED = date(2026, 10, 31)


def read(text: str | None, **options: object) -> tuple[datetime | None, str | None]:
    values, fault = parse_datetimes(pl.Series([text], dtype=pl.String), latest=DELIVERED, **options)  # type: ignore[arg-type]
    return values[0], fault[0]


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2015年5月28日18时53分", datetime(2015, 5, 28, 18, 53)),
        ("2015年05月28日 18时53分07秒", datetime(2015, 5, 28, 18, 53, 7)),
        ("2015年5月28日18时", datetime(2015, 5, 28, 18)),
        ("2015年5月28日8点5分", datetime(2015, 5, 28, 8, 5)),
        ("2015年5月28日8時5分", datetime(2015, 5, 28, 8, 5)),
        ("2015年5月28日", datetime(2015, 5, 28)),
        ("2015年5月28号", datetime(2015, 5, 28)),
        ("2015 年 5 月 28 日", datetime(2015, 5, 28)),
        ("2015年5月28日 星期四 18:53", datetime(2015, 5, 28, 18, 53)),
        ("2015年5月28日(星期四)", datetime(2015, 5, 28)),
        ("2015/5/28 8:03", datetime(2015, 5, 28, 8, 3)),
        ("2015/05/28 08:03:09", datetime(2015, 5, 28, 8, 3, 9)),
        ("2015-5-28", datetime(2015, 5, 28)),
        ("2015.5.28", datetime(2015, 5, 28)),
        ("2015.05.28 8:03", datetime(2015, 5, 28, 8, 3)),
        ("20150528", datetime(2015, 5, 28)),
        ("201505281853", datetime(2015, 5, 28, 18, 53)),
        ("20150528185300", datetime(2015, 5, 28, 18, 53)),
        ("20150528 18:53", datetime(2015, 5, 28, 18, 53)),
        ("20150528T185307", datetime(2015, 5, 28, 18, 53, 7)),
        ("2015-05-28T18:53:07", datetime(2015, 5, 28, 18, 53, 7)),
        ("2015-05-28T18:53:07.123", datetime(2015, 5, 28, 18, 53, 7, 123000)),
        ("2015-05-28 18:53:07.5", datetime(2015, 5, 28, 18, 53, 7, 500000)),
        ("2015-05-28T18:53:07+08:00", datetime(2015, 5, 28, 18, 53, 7)),
        ("2015/5/28 上午8:03", datetime(2015, 5, 28, 8, 3)),
        ("2015/5/28 上午 12:03", datetime(2015, 5, 28, 0, 3)),
        ("2015/5/28 下午6:53", datetime(2015, 5, 28, 18, 53)),
        ("2015/5/28 下午12:03", datetime(2015, 5, 28, 12, 3)),
        ("2015/5/28 下午15:03", datetime(2015, 5, 28, 15, 3)),
        ("2015年5月28日下午3时5分", datetime(2015, 5, 28, 15, 5)),
        ("2015-05-28 6:53:00 PM", datetime(2015, 5, 28, 18, 53)),
        ("2015-05-28 12:03 am", datetime(2015, 5, 28, 0, 3)),
        ("2015-05-28 24:00", datetime(2015, 5, 29)),
        ("2015-12-31 24:00:00", datetime(2016, 1, 1)),
        ("2016年2月28日24时", datetime(2016, 2, 29)),
        # 42152 days after 1899-12-30; 0.78 of a day is 67,392 seconds.
        ("42152", datetime(2015, 5, 28)),
        ("42152.78", datetime(2015, 5, 28, 18, 43, 12)),
        ("42152.786805555559", datetime(2015, 5, 28, 18, 53)),
        ("２０１５－０５－２８　１８：５３", datetime(2015, 5, 28, 18, 53)),
        ("\u200b2015-05-28\u00a0", datetime(2015, 5, 28)),
        ("'2015-05-28", datetime(2015, 5, 28)),
        ("2016-02-29", datetime(2016, 2, 29)),
        ("2026-10-31 23:59", datetime(2026, 10, 31, 23, 59)),
        ("1949-10-01", datetime(1949, 10, 1)),
    ],
)
def test_a_date_is_read_in_every_office_spelling(text: str, moment: datetime) -> None:
    assert read(text) == (moment, None)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2015-02-30", "bad_date"),
        ("2015-02-29", "bad_date"),
        ("2015-13-01", "bad_date"),
        ("2015-00-10", "bad_date"),
        ("2015-05-00", "bad_date"),
        ("20150532", "bad_date"),
        ("2015-05-28 24:01", "bad_date"),
        ("2015-05-28 25:00", "bad_date"),
        ("2015-05-28 18:60", "bad_date"),
        ("2015-05-28 18:53:60", "bad_date"),
        ("2015/5/28 上午13:03", "bad_date"),
        ("2015-05-28T18:53:07Z", "bad_date"),
        ("15-5-28", "bad_date"),
        ("15/05/28 18:53", "bad_date"),
        ("150528", "bad_date"),
        ("0015-05-28", "bad_date"),
        ("05/28/2015", "bad_date"),
        ("28.05.2015", "bad_date"),
        ("28 May 2015", "bad_date"),
        ("2025-03", "bad_date"),
        ("2025年3月", "bad_date"),
        ("农历四月十一", "bad_date"),
        ("二〇一五年五月二十八日", "bad_date"),
        ("2015年五月28日", "bad_date"),
        ("乙未年四月十一", "bad_date"),
        ("1070130", "bad_date"),
        ("107/01/30", "bad_date"),
        ("民国107年1月30日", "bad_date"),
        ("32873", "bad_date"),
        ("73416", "bad_date"),
        ("1432810380", "bad_date"),
        ("2015-05-2㉘", "bad_date"),
        ("#N/A", "bad_date"),
        ("不详", "bad_date"),
        ("2015-05-28x", "bad_date"),
        ("2015-05-28 18:53 至 19:00", "bad_date"),
        ("2026-11-01", "out_of_range"),
        ("2026-10-31 24:00", "out_of_range"),
        ("1949-09-30", "out_of_range"),
        ("9999-12-31", "out_of_range"),
        ("73415", "out_of_range"),
    ],
)
def test_an_unreadable_date_gets_its_reason(text: str, reason: str) -> None:
    assert read(text) == (None, reason)


@pytest.mark.parametrize("blank", [None, "", "  ", "\u3000", "\u00a0\t", "\u200b", "'"])
def test_a_blank_date_is_neither_value_nor_fault(blank: str | None) -> None:
    assert read(blank) == (None, None)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("1070130", datetime(2018, 1, 30)),
        ("107/01/30", datetime(2018, 1, 30)),
        ("107.1.30", datetime(2018, 1, 30)),
        ("107-1-30 8:03", datetime(2018, 1, 30, 8, 3)),
        ("民國107年1月30日", datetime(2018, 1, 30)),
        ("民国 107 年 1 月 30 日", datetime(2018, 1, 30)),
        ("107年1月30日下午3時", datetime(2018, 1, 30, 15)),
        ("0991231", datetime(2010, 12, 31)),
        ("991231", datetime(2010, 12, 31)),
        ("99/12/31", datetime(2010, 12, 31)),
        ("2018-01-30", datetime(2018, 1, 30)),
        ("20180130", datetime(2018, 1, 30)),
    ],
)
def test_republican_years_are_read_where_the_mapping_says_so(text: str, moment: datetime) -> None:
    assert read(text, roc=True) == (moment, None)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1550222", "out_of_range"),  # the typo in the Taipei file: the year 2066
        ("0370101", "out_of_range"),  # 1948
        ("1070230", "bad_date"),
        ("1071301", "bad_date"),
        ("民国107年", "bad_date"),
    ],
)
def test_impossible_republican_dates_get_their_reason(text: str, reason: str) -> None:
    assert read(text, roc=True) == (None, reason)


def test_serials_of_old_mac_workbooks_count_from_1904() -> None:
    # 2015-05-28 is 40,690 days after 1904-01-01.
    assert read("40690.5", epoch_1904=True) == (datetime(2015, 5, 28, 12), None)


@pytest.mark.parametrize(
    ("text", "pattern", "moment"),
    [
        ("05/28/2015 06:53:00 PM", "%m/%d/%Y %I:%M:%S %p", datetime(2015, 5, 28, 18, 53)),
        ("5/28/2015", "%m/%d/%Y", datetime(2015, 5, 28)),
        ("28.5.2015", "%d.%m.%Y", datetime(2015, 5, 28)),
        ("28 May 2015", "%d %b %Y", datetime(2015, 5, 28)),
        ("28/05/15", "%d/%m/%y", datetime(2015, 5, 28)),
        ("　28/05/2015", "%d/%m/%Y", datetime(2015, 5, 28)),
        ("2015-05-28", "%m/%d/%Y", datetime(2015, 5, 28)),
        ("2015/28/5", "%Y/%d/%m", datetime(2015, 5, 28)),
    ],
)
def test_other_orders_are_read_only_by_an_explicit_format(text: str, pattern: str, moment: datetime) -> None:
    assert read(text, formats=[pattern]) == (moment, None)


def test_a_two_digit_year_under_a_four_digit_format_is_a_bad_date() -> None:
    assert read("05/28/15", formats=["%m/%d/%Y"]) == (None, "bad_date")


def test_a_year_day_month_source_is_never_read_year_month_day() -> None:
    assert read("2015/5/28", formats=["%Y/%d/%m"]) == (None, "bad_date")


@pytest.mark.parametrize("pattern", ["%H:%M", "%Y/%m", "nonsense", ""])
def test_a_format_without_a_whole_day_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="no year, month and day"):
        read("2015-05-28", formats=[pattern])


def test_a_day_column_drops_the_time_and_keeps_the_next_day_of_24_00() -> None:
    text = pl.Series(["2015-05-28 18:53", "2015-05-28 24:00", "2015-05-28", "2015-05-32", None])
    values, fault = parse_dates(text, latest=DELIVERED)
    assert values.dtype == pl.Date
    assert values.to_list() == [date(2015, 5, 28), date(2015, 5, 29), date(2015, 5, 28), None, None]
    assert fault.to_list() == [None, None, None, "bad_date", None]


def test_bounds_may_be_narrower_than_the_republic() -> None:
    text = pl.Series(["2015-05-27", "2015-05-28", "2015-05-29", "2015-05-30"])
    values, fault = parse_dates(text, earliest=date(2015, 5, 28), latest=date(2015, 5, 29))
    assert values.to_list() == [None, date(2015, 5, 28), date(2015, 5, 29), None]
    assert fault.to_list() == ["out_of_range", None, None, "out_of_range"]


def test_an_empty_column_stays_empty() -> None:
    values, fault = parse_datetimes(pl.Series([], dtype=pl.String), latest=DELIVERED)
    assert values.dtype == pl.Datetime("us")
    assert fault.dtype == pl.String
    assert len(values) == len(fault) == 0


def test_an_all_blank_column_has_the_right_types() -> None:
    values, fault = parse_datetimes(pl.Series([None, ""], dtype=pl.String), latest=DELIVERED)
    assert values.dtype == pl.Datetime("us")
    assert (values.null_count(), fault.null_count()) == (2, 2)


def test_parsing_leaves_the_delivered_text_alone() -> None:
    text = pl.Series(["2015-05-28 ", "x", "2015年5月28日"])
    parse_datetimes(text, latest=DELIVERED)
    assert text.to_list() == ["2015-05-28 ", "x", "2015年5月28日"]


def test_a_bare_day_carries_no_time() -> None:
    text = pl.Series(["2015-05-28", "20150528", "42152", "42152.0", "2015年5月28日", None])
    assert has_time(text).to_list() == [False, False, False, False, False, None]


def test_a_clock_is_seen_in_every_spelling() -> None:
    clocks = [
        "2015-05-28 0:00",
        "2015年5月28日8时",
        "201505281853",
        "20150528T1853",
        "42152.5",
        "5月28日上午8点",
    ]
    assert has_time(pl.Series(clocks)).all()


STYLES: dict[str, Callable[[datetime], str]] = {
    "iso": lambda d: d.strftime("%Y-%m-%d %H:%M:%S"),
    "iso T": lambda d: d.isoformat(),
    "micros": lambda d: d.strftime("%Y-%m-%d %H:%M:%S.000000"),
    "compact": lambda d: d.strftime("%Y%m%d%H%M%S"),
    "slash": lambda d: f"{d.year}/{d.month}/{d.day} {d.hour}:{d.minute:02}:{d.second:02}",
    "dot": lambda d: f"{d.year}.{d.month}.{d.day} {d.hour}:{d.minute}:{d.second}",
    "hanzi": lambda d: f"{d.year}年{d.month}月{d.day}日{d.hour}时{d.minute}分{d.second}秒",
    "noon": lambda d: (
        f"{d.year}-{d.month}-{d.day} {'上午' if d.hour < 12 else '下午'}"
        f"{(d.hour + 11) % 12 + 1}:{d.minute:02}:{d.second:02}"
    ),
    "PM": lambda d: d.strftime("%Y/%m/%d %I:%M:%S %p"),
    "serial": lambda d: repr((d - datetime(1899, 12, 30)) / timedelta(days=1)),
    "full-width": lambda d: d.strftime("%Y-%m-%d %H:%M:%S").translate(
        str.maketrans("0123456789", "０１２３４５６７８９")
    ),
}
ROC_STYLES: dict[str, Callable[[datetime], str]] = {
    "compact": lambda d: f"{d.year - 1911:03}{d:%m%d}",
    "slash": lambda d: f"{d.year - 1911}/{d.month}/{d.day}",
    "hanzi": lambda d: f"民國{d.year - 1911}年{d.month}月{d.day}日",
}
MOMENTS = st.lists(
    st.datetimes(datetime(1991, 1, 1), datetime(2026, 10, 31)).map(lambda d: d.replace(microsecond=0)),
    max_size=40,
)


@pytest.mark.parametrize("style", STYLES)
@given(moments=MOMENTS)
def test_every_style_reads_back_what_was_written(style: str, moments: list[datetime]) -> None:
    text = pl.Series([STYLES[style](m) for m in moments], dtype=pl.String)
    values, fault = parse_datetimes(text, latest=DELIVERED)
    assert values.to_list() == moments
    assert fault.null_count() == len(moments)


@given(moments=MOMENTS, styles=st.lists(st.sampled_from(sorted(STYLES)), min_size=40, max_size=40))
def test_styles_may_be_mixed_in_one_column(moments: list[datetime], styles: list[str]) -> None:
    text = pl.Series([STYLES[s](m) for m, s in zip(moments, styles, strict=False)], dtype=pl.String)
    assert parse_datetimes(text, latest=DELIVERED).values.to_list() == moments


@pytest.mark.parametrize("style", ROC_STYLES)
@given(moments=MOMENTS)
def test_every_republican_style_reads_back_its_day(style: str, moments: list[datetime]) -> None:
    text = pl.Series([ROC_STYLES[style](m) for m in moments], dtype=pl.String)
    assert parse_dates(text, latest=DELIVERED, roc=True).values.to_list() == [m.date() for m in moments]


@given(st.lists(st.text(max_size=20) | st.from_regex(r"[0-9]{2,4}[-/.年][0-9]{1,2}[-/.月][0-9]{1,2}", fullmatch=True)))
def test_any_text_gives_a_value_a_fault_or_a_blank(cells: list[str]) -> None:
    values, fault = parse_datetimes(pl.Series(cells, dtype=pl.String), latest=DELIVERED, roc=True)
    assert not (values.is_not_null() & fault.is_not_null()).any()
    assert set(fault.drop_nulls()) <= {"bad_date", "out_of_range"}


# Every layout that a long column is tried against as a whole, with room for years and days that there are not.
LONG_STYLES = (
    "{y:04}-{m}-{d} {h}:{n:02}:{s:02}",
    "{y:04}-{m}-{d} {h}:{n}",
    "{y:04}/{m:02}/{d:02} {h}:{n}:{s}",
    "{y}/{m}/{d} {h:02}:{n:02}",
    "{y:04}年{m}月{d}日{h}时{n}分",
    "{y:04}年{m:02}月{d:02}日 {h}:{n}",
    "{y:04}-{m}-{d} {h}:{n}:{s}.{f}",
    "{y:04}-{m:02}-{d:02}T{h:02}:{n:02}:{s:02}",
    "{y:04}-{m}-{d}T{h}:{n}:{s}.{f}",
    "{y:04}-{m}-{d}",
    "{y}/{m:02}/{d}",
    "{y:04}年{m}月{d}日",
    "{y:04}{m:02}{d:02}",
)


@pytest.mark.parametrize("style", LONG_STYLES)
def test_a_long_column_is_read_as_short_ones_are(style: str) -> None:
    """Beyond a thousand odd cells the column is read as a whole; the same cells, a few at a time, one by one."""
    choose = random.Random(style).choice
    years = (1, 99, 999, 1948, 1949, *range(1990, 2028))
    cells = [
        style.format(
            y=choose(years),
            m=choose(range(14)),
            d=choose(range(1, 33)),
            h=choose(range(26)),
            n=choose(range(61)),
            s=choose(range(62)),
            f=choose(("0", "5", "123", "999999", "1234567", "999999999")),
        )
        for _ in range(6_000)
    ]
    long = parse_datetimes(pl.Series(cells), latest=DELIVERED)
    short = [parse_datetimes(pl.Series(cells[at : at + 500]), latest=DELIVERED) for at in range(0, len(cells), 500)]
    assert long.values.equals(pl.concat([one.values for one in short]))
    assert long.fault.equals(pl.concat([one.fault for one in short]))
    assert 0 < long.fault.null_count() < len(cells)


def test_a_style_that_no_sample_shows_is_read_all_the_same() -> None:
    text = pl.Series(["2015-05-28"] * 20_000 + ["2016年2月29日", "x"])
    values, fault = parse_dates(text, latest=DELIVERED)
    assert values.tail(3).to_list() == [date(2015, 5, 28), date(2016, 2, 29), None]
    assert fault.drop_nulls().to_list() == ["bad_date"]


@pytest.mark.parametrize(
    ("text", "roc", "month", "reason"),
    [
        ("202503", False, date(2025, 3, 1), None),
        ("2025-03", False, date(2025, 3, 1), None),
        ("2025/3", False, date(2025, 3, 1), None),
        ("2025年3月", False, date(2025, 3, 1), None),
        ("2025年3月份", False, date(2025, 3, 1), None),
        ("２０２５年３月", False, date(2025, 3, 1), None),
        ("2025.03", False, date(2025, 3, 1), None),
        ("2025-03-01", False, date(2025, 3, 1), None),
        ("2025-03-01 00:00:00", False, date(2025, 3, 1), None),
        ("10703", True, date(2018, 3, 1), None),
        ("9903", True, date(2010, 3, 1), None),
        ("107/3", True, date(2018, 3, 1), None),
        ("民國107年3月", True, date(2018, 3, 1), None),
        ("202503", True, date(2025, 3, 1), None),
        ("2026-10", False, date(2026, 10, 1), None),
        ("", False, None, None),
        ("2025-13", False, None, "bad_date"),
        ("2025-00", False, None, "bad_date"),
        ("2025.1", False, None, "bad_date"),  # January, or October cut short by Excel
        ("2025-03-15", False, None, "bad_date"),
        ("2025", False, None, "bad_date"),
        ("三月", False, None, "bad_date"),
        ("25-03", False, None, "bad_date"),
        ("10703", False, None, "bad_date"),
        ("2026-11", False, None, "out_of_range"),
        ("1949-09", False, None, "out_of_range"),
    ],
)
def test_a_period_column_reads_months(text: str, roc: bool, month: date | None, reason: str | None) -> None:
    values, fault = parse_months(pl.Series([text]), roc=roc, latest=DELIVERED)
    assert (values[0], fault[0]) == (month, reason)
    assert values.dtype == pl.Date


def test_a_period_column_reads_an_explicit_format() -> None:
    values, fault = parse_months(pl.Series(["03/2025", "13/2025"]), formats=["%m/%Y"], latest=DELIVERED)
    assert values.to_list() == [date(2025, 3, 1), None]
    assert fault.to_list() == [None, "bad_date"]
