"""What a mapping may fill in (fields) and what a feed archives (a record schema): the two ends of every feed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import dataframely as dy
import polars as pl

Kind = Literal[
    "key",
    "org",
    "code",
    "date",
    "datetime",
    "month",
    "year",
    "integer",
    "decimal",
    "quantity",
    "flag",
    "level",
    "text",
]


@dataclass(frozen=True)
class Field:
    """One canonical input column: what a mapping may fill, and how its text is read."""

    name: str
    kind: Kind
    zh: str
    en: str
    code_list: str | None = None
    required: bool = False
    blank: str | None = None
    purpose: str | None = None
    minimum: int = 0
    maximum: int | None = None
    may_be_future: bool = False


@dataclass(frozen=True)
class Feed:
    """A stream of records of one kind.

    `derive` turns a typed frame of fields (absent fields are null columns) into the columns of `record`;
    `main_key` names the field or fields that identify a record where a mapping lists no key of its own.
    """

    name: str
    fields: tuple[Field, ...]
    record: type[dy.Schema]
    derive: Callable[[pl.DataFrame], pl.DataFrame]
    main_key: str | tuple[str, ...]
    is_reference: bool = False

    def field(self, name: str) -> Field | None:
        """The field of that name, or None."""
        return next((field for field in self.fields if field.name == name), None)


def described(zh: str, en: str) -> dict[str, str]:
    """The metadata of a record column: what it holds, in both languages."""
    return {"zh": zh, "en": en}


class Provenance(dy.Schema):
    """Where a record came from; the first columns of every archived record."""

    record_key = dy.String(nullable=False, metadata=described("业务键的密钥哈希", "keyed hash of the business key"))
    sheet_no = dy.Int16(nullable=False, metadata=described("工作表序号，从1起", "number of the sheet, from 1"))
    line = dy.UInt32(nullable=False, metadata=described("源文件行号，从1起", "line in the source file, from 1"))
    record_status_code = dy.String(nullable=False, metadata=described("记录状态", "state of the record at its source"))


class Period(Provenance):
    """The days a record covers; a single record covers the day of its event."""

    period_start = dy.Date(nullable=False, metadata=described("覆盖首日", "first day covered"))
    period_end = dy.Date(nullable=False, metadata=described("覆盖末日", "last day covered"))

    @dy.rule()
    def out_of_range_period_ends_before_it_starts(cls) -> pl.Expr:
        return pl.col("period_end") >= pl.col("period_start")


RECORD_STATUS = Field(
    "record_status_code", "code", "记录状态", "record status", code_list="record_status", blank="active"
)
PERIOD_FIELDS = (
    Field("period_month", "month", "所属月份", "month covered"),
    Field("period_year", "year", "所属年份", "year covered"),
    Field("period_start", "date", "起始日期", "first day covered"),
    Field("period_end", "date", "截止日期", "last day covered"),
)


def covered_days(event_on: str) -> tuple[pl.Expr, pl.Expr]:
    """First and last day a record covers: its event's day, else the month, year or range that a total names."""
    month, year = pl.col("period_month"), pl.col("period_year")
    start = pl.coalesce(pl.col(event_on), pl.col("period_start"), month, pl.date(year, 1, 1))
    end = pl.coalesce(pl.col(event_on), pl.col("period_end"), month.dt.month_end(), pl.date(year, 12, 31))
    return start.alias("period_start"), end.alias("period_end")
