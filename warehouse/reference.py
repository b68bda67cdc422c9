"""The committed code tables, calendar and reason texts of data/reference, read once and typed."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import polars as pl

REFERENCE_DIRECTORY = Path(__file__).resolve().parent.parent / "data" / "reference"
# Every other .csv of the directory is a code table, named like its list.
NO_CODE_TABLES = {"calendar", "holidays_cn", "reason_sentences"}

CODE_COLUMNS = {
    "code": pl.String(),
    "zh": pl.String(),
    "en": pl.String(),
    "parent": pl.String(),
    "sort": pl.Int32(),
    "flags": pl.String(),
    "aliases": pl.String(),
}
CALENDAR_COLUMNS = {
    "date": pl.Date(),
    "year": pl.Int32(),
    "quarter": pl.Int32(),
    "month": pl.Int32(),
    "day": pl.Int32(),
    "month_start": pl.Date(),
    "weekday": pl.Int32(),
    "iso_year": pl.Int32(),
    "iso_week": pl.Int32(),
    "lunar_year": pl.Int32(),
    "lunar_month": pl.Int32(),
    "lunar_day": pl.Int32(),
    "is_lunar_leap_month": pl.Boolean(),
    "lunar_text": pl.String(),
    "days_from_new_year": pl.Int32(),
    "day_kind_code": pl.String(),
    "holiday_zh": pl.String(),
    "holiday_en": pl.String(),
    "calendar_source": pl.String(),
}

Language = Literal["zh", "en"]
Level = Literal["row", "file"]


@dataclass(frozen=True)
class ReasonSentence:
    """What is wrong, and what the person who sent the file can do about it."""

    sentence: str
    remedy: str


def read_table(path: Path, columns: dict[str, pl.DataType]) -> pl.DataFrame:
    """Read one CSV whose header must be exactly these columns; an empty cell is null."""
    header = path.read_text(encoding="utf-8-sig").partition("\n")[0].rstrip("\r").split(",")
    if header != list(columns):
        raise ValueError(f"{path.name}: header is {header}, expected {list(columns)}")
    return pl.read_csv(path, schema=columns)


def split_list(column: str, separator: str) -> pl.Expr:
    """Turn a text cell into a list; an empty cell is an empty list, never null."""
    return pl.col(column).str.split(separator).fill_null(pl.lit([], dtype=pl.List(pl.String)))


@cache
def read_codes() -> pl.DataFrame:
    """Return all code lists: list_code, code, zh, en, parent_code, sort, flags and aliases (lists of text).

    parent_code is a code of the same list, of visits a code of `visit_scheme`.
    """
    paths = sorted(path for path in REFERENCE_DIRECTORY.glob("*.csv") if path.stem not in NO_CODE_TABLES)
    tables = [read_table(p, CODE_COLUMNS).with_columns(list_code=pl.lit(p.stem)) for p in paths]
    return (
        pl.concat(tables)
        .rename({"parent": "parent_code"})
        .with_columns(split_list("flags", ";"), split_list("aliases", "|"))
        .select("list_code", "code", "zh", "en", "parent_code", "sort", "flags", "aliases")
        .sort("list_code", "sort")
    )


@cache
def codes_of(list_code: str) -> pl.DataFrame:
    """Return one code list in its own order; an unknown list is an error."""
    codes = read_codes().filter(pl.col("list_code") == list_code)
    if codes.is_empty():
        known = ", ".join(read_codes()["list_code"].unique().sort())
        raise KeyError(f"no code list {list_code!r}; there are {known}")
    return codes


@cache
def read_calendar() -> pl.DataFrame:
    """Return one row per day of 2000-2035; a holiday name is null on every day that is not one."""
    return read_table(REFERENCE_DIRECTORY / "calendar.csv", CALENDAR_COLUMNS)


@cache
def read_reasons() -> dict[tuple[str, str], dict[str, str]]:
    """Return the reason texts by (code, level)."""
    names = ("code", "level", "sentence_zh", "sentence_en", "remedy_zh", "remedy_en")
    table = read_table(REFERENCE_DIRECTORY / "reason_sentences.csv", {name: pl.String() for name in names})
    return {(row["code"], row["level"]): row for row in table.iter_rows(named=True)}


def fill(template: str, values: dict[str, str]) -> str:
    """Put values into a text; a [bracketed clause] whose value is not known is left out."""

    def clause(match: re.Match[str]) -> str:
        needed = re.findall(r"{(\w+)}", match[1])
        return match[1] if all(name in values for name in needed) else ""

    # Braces inside a value stay as they are: one pass over the template, none over the result.
    kept = re.sub(r"\[([^\[\]]*)\]", clause, template)
    return re.sub(r"{(\w+)}", lambda match: values[match[1]], kept)


def reason_sentence(
    code: str,
    *,
    language: Language,
    level: Level | None = None,
    column: str | None = None,
    found: str | None = None,
    expected: str | None = None,
) -> ReasonSentence:
    """Return the sentence of a reason code and its remedy; without values the general sentence.

    `level` is needed only where a code is known for rows and for files (`too_large`, `undecodable`).
    `found` is printed as given: a caller that quotes a record passes it through redaction first.
    """
    levels = [known for reason, known in read_reasons() if reason == code]
    if level is None and len(levels) > 1:
        raise ValueError(f"reason {code!r} is known for {' and '.join(levels)}: say which level is meant")
    if not levels or (level and level not in levels):
        raise KeyError(f"no sentence for reason {code!r} at level {level or 'row or file'}")
    row = read_reasons()[code, level or levels[0]]
    given = {"column": column, "found": found, "expected": expected}
    values = {name: value for name, value in given.items() if value is not None}
    return ReasonSentence(fill(row[f"sentence_{language}"], values), fill(row[f"remedy_{language}"], values))


@cache
def reference_fingerprint() -> str:
    """Return the sha256 over the names and bytes of all reference tables: it changes with any of them."""
    digest = hashlib.sha256()
    for path in sorted(REFERENCE_DIRECTORY.glob("*.csv")):
        content = path.read_bytes()
        digest.update(f"{path.name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()
