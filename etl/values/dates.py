"""Parse days and moments: year first, 年月日, compact, Excel serials, ROC years; naive Shanghai time."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import cast

import polars as pl

from etl.values.fixed_width import read_fixed
from etl.values.parsed import Parsed, Slowly, fault_where, nulls, on_distinct, repair, unread
from etl.values.text import clean

FOUNDING = date(1949, 10, 1)
MOMENT = pl.Datetime("us")
_ROC_OFFSET = 1911
# Serials outside 1990-2100 are more likely to be some other number.
_SERIAL_YEARS = (datetime(1990, 1, 1), datetime(2101, 1, 1))
_SAMPLE = 1000
# So many are sooner read slowly, each different one once, than by trying the readings of whole columns.
_FEW = 1000

# The readings worth a pass over the whole column. chrono alone is too generous ("15-5-28", "+2015", blanks
# inside), so a pattern stands guard before each.
_D = "[0-9]{1,2}"
_FAST: tuple[tuple[str, str], ...] = (
    (f"[0-9]{{4}}-{_D}-{_D} {_D}:{_D}:[0-5]?[0-9]", "%Y-%m-%d %H:%M:%S"),
    (f"[0-9]{{4}}-{_D}-{_D} {_D}:{_D}", "%Y-%m-%d %H:%M"),
    (f"[0-9]{{4}}/{_D}/{_D} {_D}:{_D}:[0-5]?[0-9]", "%Y/%m/%d %H:%M:%S"),
    (f"[0-9]{{4}}/{_D}/{_D} {_D}:{_D}", "%Y/%m/%d %H:%M"),
    (f"[0-9]{{4}}年{_D}月{_D}日{_D}时{_D}分", "%Y年%m月%d日%H时%M分"),
    (f"[0-9]{{4}}年{_D}月{_D}日 {_D}:{_D}", "%Y年%m月%d日 %H:%M"),
    (rf"[0-9]{{4}}-{_D}-{_D} {_D}:{_D}:[0-5]?[0-9]\.[0-9]{{1,9}}", "%Y-%m-%d %H:%M:%S%.f"),
    (rf"[0-9]{{4}}-{_D}-{_D}T{_D}:{_D}:[0-5]?[0-9](?:\.[0-9]{{1,9}})?", "%Y-%m-%dT%H:%M:%S%.f"),
    (f"[0-9]{{4}}-{_D}-{_D}", "%Y-%m-%d"),
    (f"[0-9]{{4}}/{_D}/{_D}", "%Y/%m/%d"),
    (f"[0-9]{{4}}年{_D}月{_D}日", "%Y年%m月%d日"),
    ("[0-9]{8}", "%Y%m%d"),
)

_MINUTE = rf"(?<minute>{_D})(?:分| ?[:分] ?(?<second>{_D})(?:[.,](?<fraction>[0-9]{{1,9}}))?秒?)?"
_CLOCK = rf"(?<hour>{_D})(?:[时時点點整]|(?: ?: ?| ?[时時点點] ?){_MINUTE})"
_COMPACT_CLOCK = r"(?<hour2>[0-9]{2})(?<minute2>[0-9]{2})(?<second2>[0-9]{2})?"
_LATIN_HALF = r"[AaPp]\.?[Mm]\.?"
_SHANGHAI = r"(?: ?\+08(?::?00)?)?"
_TIME = rf"(?<half>上午|下午|{_LATIN_HALF})? ?(?:{_CLOCK}|{_COMPACT_CLOCK}) ?(?<half2>{_LATIN_HALF})?{_SHANGHAI}"
_WEEKDAY = r"(?:\(?(?:星期|周|礼拜)[一二三四五六日天]\)? ?)?"
_AFTER_DAY = rf"(?: ?[日号] ?|[ Tt]|$){_WEEKDAY}"
_MONTH_DAY = rf" ?[-/.年] ?(?<month>{_D}) ?[-/.月] ?(?<day>{_D}){_AFTER_DAY}"
_COMPACT_MONTH_DAY = r"(?<month2>[0-9]{2})(?<day2>[0-9]{2})[ Tt]?"
_COMMON_ERA = rf"^(?:(?<year>[0-9]{{4}}){_MONTH_DAY}|(?<year2>[0-9]{{4}}){_COMPACT_MONTH_DAY})(?:{_TIME})?$"
_ROC_ERA = (
    rf"^(?:(?:民[国國] ?(?<year>[0-9]{{1,3}})|(?<year3>[0-9]{{2,3}})){_MONTH_DAY}"
    rf"|(?<year2>[0-9]{{2,3}}){_COMPACT_MONTH_DAY})(?:{_TIME})?$"
)


def parse_dates(
    text: pl.Series,
    *,
    formats: Sequence[str] = (),
    roc: bool = False,
    epoch_1904: bool = False,
    earliest: date = FOUNDING,
    latest: date,
    slowly: Slowly = on_distinct,
) -> Parsed:
    """Days as `pl.Date`; a time of day is read and dropped, 24:00 belongs to the next day.

    `formats` are strftime patterns of the mapping, tried first; only they may put day or month before year.
    `roc` allows 民国 years. After `latest` (the delivery day) or before `earliest`: out_of_range.
    `slowly`: how the cells in no common layout are read, see `etl.values.remembered`.
    """
    values, fault = parse_datetimes(
        text, formats=formats, roc=roc, epoch_1904=epoch_1904, earliest=earliest, latest=latest, slowly=slowly
    )
    return Parsed(values.cast(pl.Date), fault)


def parse_datetimes(
    text: pl.Series,
    *,
    formats: Sequence[str] = (),
    roc: bool = False,
    epoch_1904: bool = False,
    earliest: date = FOUNDING,
    latest: date,
    slowly: Slowly = on_distinct,
) -> Parsed:
    """Moments as `pl.Datetime("us")` without zone; a bare day is its midnight (see `has_time`)."""
    checked = [check_format(pattern) for pattern in formats]

    def read(cells: pl.Series) -> Parsed:
        plain = clean(cells)
        own = [] if _is_day_before_month(checked) else _readings(plain, roc=roc, epoch_1904=epoch_1904)
        return unread(plain, _first_of([_by_formats(plain, checked), *own]), "bad_date")

    fast = _by_formats(text, checked) if checked else _fast(text)
    return within(repair(text, fast, read, slowly), earliest=earliest, latest=latest)


def has_time(text: pl.Series) -> pl.Series:
    """Whether a cell that reads as a date carries a time of day: a bare day must not count as hour 0."""
    return clean(text).str.contains(r"[:时時点點]|^[0-9]{12}|[0-9][ Tt][0-9]{4,6}$|^[0-9]{5}\.[0-9]*[1-9]")


def within(parsed: Parsed, *, earliest: date, latest: date) -> Parsed:
    """Two-digit and other impossible years are bad dates; real ones outside the bounds are out of range."""
    # The extremes first: they cost a fraction of comparing every cell, and mostly nothing is outside.
    first, last = parsed.values.min(), parsed.values.max()
    if first is None or (_day(first) >= earliest and _day(last) <= latest):
        return parsed
    days = parsed.values.cast(pl.Date)
    outside = (days < earliest) | (days > latest)
    return fault_where(fault_where(parsed, days.dt.year() < 1000, "bad_date"), outside, "out_of_range")


def _day(moment: object) -> date:
    return moment.date() if isinstance(moment, datetime) else cast(date, moment)


def check_format(pattern: str) -> str:
    """Refuse a strftime pattern that cannot carry a whole day: polars would read nothing and say nothing."""
    day = pl.Series([datetime(2015, 5, 28)])
    plain = clean(pl.Series([pattern]))[0]
    if plain is None or not day.dt.strftime(plain).str.to_datetime(plain, strict=False).equals(day):
        raise ValueError(f"date format {pattern!r}: no year, month and day can be read back from it")
    return str(plain)


def _is_day_before_month(formats: Sequence[str]) -> bool:
    """A year-day-month source: our own year-month-day reading would contradict it on days above 12."""
    return any(f.startswith(("%Y", "%y")) and f.find("%d") < f.find("%m") for f in formats)


def _by_formats(text: pl.Series, formats: Sequence[str]) -> pl.Series:
    read = [text.str.to_datetime(pattern, strict=False, time_unit="us") for pattern in formats]
    return _first_of([*read, nulls(len(text), MOMENT)])


def _first_of(readings: Sequence[pl.Series]) -> pl.Series:
    return pl.select(pl.coalesce(readings)).to_series()


def _fast(text: pl.Series) -> pl.Series:
    values = read_fixed(text)
    # An empty cell is read as nothing, so that the others without a value need not be looked for to be counted.
    if values.null_count() - text.null_count() <= _FEW:
        return values
    left = (values.is_null() & text.is_not_null()).arg_true()
    sample = text[left].sample(min(len(left), _SAMPLE), seed=1)
    for pattern, style in _FAST:
        if not len(sample):
            break
        guard = f"^{pattern}$"
        is_hit = sample.str.contains(guard)
        if not is_hit.any():
            continue
        sample = sample.filter(~is_hit)
        cells = text[left]
        hit = cells.str.contains(guard)
        read = cells.filter(hit).str.to_datetime(style, strict=False, time_unit="us")
        values = values.scatter(left.filter(hit), read)
        left = left.filter(~hit)
    return values


def _readings(plain: pl.Series, *, roc: bool, epoch_1904: bool) -> list[pl.Series]:
    eras = [(_COMMON_ERA, 0)] + ([(_ROC_ERA, _ROC_OFFSET)] if roc else [])
    return [*(_by_parts(plain, era, offset) for era, offset in eras), _serials(plain, epoch_1904)]


def _by_parts(plain: pl.Series, pattern: str, year_offset: int) -> pl.Series:
    """Read year … fraction with one pattern and put the moment together; impossible ones are null."""
    parts = plain.str.extract_groups(pattern).struct.unnest()
    found = parts.select(
        *(_number(parts, name) for name in ("year", "month", "day", "hour", "minute", "second")),
        pl.coalesce("half", "half2").str.slice(0, 1).str.to_uppercase().alias("half"),
        pl.col("fraction").str.pad_end(6, "0").str.slice(0, 6).cast(pl.Int64).fill_null(0),
    ).with_columns(pl.col("year") + year_offset)
    return found.select(_moment()).to_series()


def _number(parts: pl.DataFrame, name: str) -> pl.Expr:
    spellings = [column for column in parts.columns if column.rstrip("23") == name]
    number = pl.coalesce(spellings).cast(pl.Int64)
    return (number if name in ("year", "month", "day") else number.fill_null(0)).alias(name)


def _moment() -> pl.Expr:
    month = pl.when(pl.col("month").is_between(1, 12)).then("month")
    first = pl.date("year", month, 1)
    is_day = pl.col("day").is_between(1, first.dt.month_end().dt.day())
    hour, is_hour = _hour()
    is_clock = is_hour & (pl.col("minute") < 60) & (pl.col("second") < 60)
    since_first = pl.duration(
        days=pl.col("day") - 1, hours=hour, minutes="minute", seconds="second", microseconds="fraction"
    )
    return pl.when(is_day & is_clock).then(first.cast(MOMENT) + since_first)


def _hour() -> tuple[pl.Expr, pl.Expr]:
    """The hour of the day, and whether it can be one: 24:00 ends the day, 下午3点 and 下午15点 agree."""
    hour, half = pl.col("hour"), pl.col("half")
    is_morning, is_afternoon = half.is_in(["上", "A"]), half.is_in(["下", "P"])
    is_end = (hour == 24) & half.is_null() & pl.all_horizontal(pl.col("minute", "second", "fraction") == 0)
    of_day = pl.when(is_morning).then(hour % 12).when(is_afternoon & (hour < 13)).then(hour % 12 + 12)
    is_hour = pl.when(is_morning).then(hour <= 12).otherwise((hour < 24) | is_end)
    return of_day.otherwise(hour), is_hour


def _serials(plain: pl.Series, epoch_1904: bool) -> pl.Series:
    """Days since 1899-12-30 (old Mac workbooks: 1904-01-01), to the second: fractions are rounded floats."""
    epoch = datetime(1904, 1, 1) if epoch_1904 else datetime(1899, 12, 30)
    serial = plain.str.extract(r"^([0-9]{5}(?:\.[0-9]+)?)$").cast(pl.Float64)
    moment = pl.lit(epoch).cast(MOMENT) + pl.duration(seconds=(pl.lit(serial) * 86400).round().cast(pl.Int64))
    first, beyond = _SERIAL_YEARS
    return pl.select(pl.when((moment >= first) & (moment < beyond)).then(moment)).to_series()
