"""The tables of a mapping file, each checked as it is read: columns, keys, windows, registrations."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import Annotated, Literal

import polars as pl
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

NAME_PATTERN = r"^[\p{L}\p{N}\p{M} &'’.,()（）/·+-]{1,120}$"


def normalise_header(text: str) -> str:
    """The form in which header spellings are compared: half-width, no blanks, case folded."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).casefold()


def _spellings(value: object) -> object:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split("|") if part.strip())
    return value


def _regular_expression(groups: int) -> AfterValidator:
    def check(pattern: str) -> str:
        try:
            found = re.compile(pattern).groups
        except re.error as error:
            raise ValueError(f"a regular expression ({error})") from error
        if found < groups:
            raise ValueError(f"a regular expression with {groups} group(s)")
        return pattern

    return AfterValidator(check)


def _column_expression(pattern: str) -> str:
    """A regular expression that polars applies to a column: the Rust flavour, with one group."""
    try:
        groups = len(pl.Series([""]).str.extract_groups(pattern).struct.fields)
    except pl.exceptions.ComputeError as error:
        raise ValueError(f"a regular expression ({error})") from error
    if groups < 1:
        raise ValueError("a regular expression with a group")
    return pattern


Spellings = Annotated[tuple[str, ...], BeforeValidator(_spellings), Field(min_length=1)]
Pattern = Annotated[str, _regular_expression(0)]
PatternWithGroup = Annotated[str, _regular_expression(1)]
ColumnPattern = Annotated[str, AfterValidator(_column_expression)]


class Part(BaseModel):
    """A table of a mapping: frozen, and unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Column(Part):
    """Where one canonical field comes from and how its text is read."""

    sources: Spellings | None = Field(None, alias="from")
    constant: str | None = None
    concat: tuple[Spellings, ...] | None = None
    separator: str = ""
    extract: ColumnPattern | None = None
    split: str | None = None
    part: int = 0
    required: bool = False
    formats: tuple[str, ...] = ()
    roc: bool = False
    values: dict[str, str] = {}
    unknown: Literal["quarantine", "other", "register"] = "quarantine"
    blank: str | None = None
    dont_know: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    true: tuple[str, ...] = ()
    false: tuple[str, ...] = ()
    minimum: int | None = None
    maximum: int | None = None

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: object) -> object:
        return {"from": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _one_source(self) -> Column:
        given = [name for name in ("sources", "constant", "concat") if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError("exactly one of from, constant, concat")
        return self

    @property
    def groups(self) -> tuple[tuple[str, ...], ...]:
        """The headers it needs: one group of spellings for each piece."""
        return self.concat or ((self.sources,) if self.sources else ())


class Match(Part):
    """Which files, and which header words must be in them."""

    files: Annotated[tuple[str, ...], Field(min_length=1)]
    headers: tuple[Spellings, ...] = ()


class Read(Part):
    """How the bytes are read."""

    encoding: str = "auto"
    delimiter: Literal["auto", ",", ";", "\t", "|", "，"] = "auto"
    sheet: str | None = None
    header_row: int | tuple[int, ...] | Literal["auto"] = "auto"
    fill_down: tuple[str, ...] = ()
    null_tokens: tuple[str, ...] = ("-", "—", "无", "NULL", "null", "N/A")
    total_words: tuple[str, ...] = ("合计", "小计", "总计", "total")
    footnote_words: tuple[str, ...] = (
        "填表人",
        "填报人",
        "制表",
        "审核",
        "备注：",
        "注：",
        "说明：",
        "填表日期",
    )
    trusted: bool = False


class Delivered(Part):
    """The delivery day in the file name."""

    regex: PatternWithGroup
    format: str = "%Y%m%d"


class Keys(Part):
    """What identifies a record."""

    record: tuple[str, ...] | Literal["content"] | None = None
    duplicate_conflict: bool = False


class Unpivot(Part):
    """Columns that unfold into records."""

    headers: Pattern | None = None
    columns: tuple[str, ...] = ()
    into: str
    value: str
    skip_blank: bool = True

    @model_validator(mode="after")
    def _one_choice(self) -> Unpivot:
        if (self.headers is None) == (not self.columns):
            raise ValueError("exactly one of headers, columns")
        return self


class Registration(Part):
    """Organisations or types that a file brings with it."""

    level: str | None = None
    code: Column
    name: Column | None = None
    parent: Column | None = None
    name_pattern: str = NAME_PATTERN


class Register(Part):
    """What is taken from the file itself."""

    org: tuple[Registration, ...] = ()
    dispute_type: tuple[Registration, ...] = ()


class Window(Part):
    """The days a file speaks for: from its name, or declared; an end that is not declared is that of the data."""

    regex: PatternWithGroup | None = None
    format: str = "%Y%m%d"
    start: date | None = None
    end: date | None = None

    @model_validator(mode="after")
    def _one_choice(self) -> Window:
        declared = self.start is not None or self.end is not None
        if declared == (self.regex is not None):
            raise ValueError("either regex (and format), or start and end, or one of them")
        if self.start and self.end and self.end < self.start:
            raise ValueError("an end that is not before the start")
        return self


class Reports(Part):
    """For whom and for which days the file speaks."""

    for_whom: Literal["bureau", "org"] | tuple[str, ...] = Field("bureau", alias="for")
    window: Literal["data"] | Window = "data"


class Coverage(Part):
    """The days between which one type was collected."""

    start: date | None = Field(None, alias="from")
    end: date | None = Field(None, alias="to")
