"""What a column holds: dates and how they are written, numbers, words of a code list, persons, or free text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import polars as pl

from etl.code_lookup import code_lookup
from etl.feeds import Field
from etl.mapping_parts import Column as Entry
from etl.values import normalise_spellings, parse_datetimes, parse_months
from warehouse.redaction import contains_identifier

LATEST = date(2200, 1, 1)
FORMATS = (
    *("%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M", "%m/%d/%Y", "%d/%m/%Y %H:%M:%S"),
    *("%d/%m/%Y %H:%M", "%d/%m/%Y", "%d.%m.%Y %H:%M", "%d.%m.%Y", "%d-%m-%Y", "%d %b %Y", "%d %B %Y", "%b %d, %Y"),
)
MONTH_FORMATS = ("%b %Y", "%B %Y", "%b-%y", "%m/%Y", "%Y%m")
ENOUGH = 0.9
MOST_WORDS = 60
LONG_TEXT = 25
LONGEST_WORD = 40
TRIED = 2_000


@dataclass(frozen=True)
class DateStyle:
    """How dates are written: `formats` beside the built-in ones, years of the Republic, and whether that is certain."""

    formats: tuple[str, ...] = ()
    roc: bool = False
    is_certain: bool = True


@dataclass(frozen=True)
class Profile:
    """A column of the sample."""

    header: str
    cells: pl.Series

    @cached_property
    def filled(self) -> pl.Series:
        """Cells with text."""
        return self.cells.drop_nulls()

    @cached_property
    def tried(self) -> pl.Series:
        """Some of them, spread over the sample, for the slower questions."""
        return self.filled.sample(min(len(self.filled), TRIED), seed=1)

    @cached_property
    def distinct(self) -> int:
        """Different texts."""
        return self.filled.n_unique()

    @property
    def is_full(self) -> bool:
        """No cell is empty."""
        return self.cells.null_count() == 0 and len(self.cells) > 0

    def _share(self, hits: pl.Series) -> float:
        return float(hits.fill_null(False).sum()) / max(1, len(hits))

    @cached_property
    def is_number(self) -> bool:
        """Whole numbers, not negative."""
        return len(self.filled) > 0 and self._share(self.tried.str.contains(r"^\d{1,9}(\.0+)?$")) >= ENOUGH

    @cached_property
    def largest(self) -> float:
        """The largest number of the column."""
        return float(self.filled.cast(pl.Float64, strict=False).max() or 0)  # type: ignore[arg-type]

    @cached_property
    def has_persons(self) -> bool:
        """Identity numbers, phones and the like in some cells."""
        return self._share(contains_identifier(self.tried)) > 0.02

    @cached_property
    def is_prose(self) -> bool:
        """Long texts, nearly all different."""
        if self.distinct <= MOST_WORDS:
            return False
        return int(self.tried.str.len_chars().sum()) > LONG_TEXT * len(self.tried)

    @cached_property
    def is_counter(self) -> bool:
        """1, 2, 3 …: numbers of lines, which say nothing outside of the file."""
        return self.cells.to_list()[:200] == [str(number) for number in range(1, len(self.cells) + 1)][:200]

    @cached_property
    def date_style(self) -> DateStyle | None:
        """How the dates are written; None for other columns."""
        if self.tried.is_empty():
            return None
        roc = self._share(self.tried.str.contains(r"^(民[国國])? ?\d{2,3}[-/.年]?\d{1,2}[-/.月]?\d{1,2}日?")) >= ENOUGH
        is_compact = self._share(self.tried.str.contains(r"^\d{5}(\.\d+)?$|^\d{1,4}$")) > 0.5
        if is_compact:
            return None
        if self._reads(DateStyle()):
            return DateStyle()
        fitting = [pattern for pattern in FORMATS if self._reads(DateStyle((pattern,)))]
        if fitting:
            return DateStyle(
                (fitting[0],), is_certain=not (fitting[0].startswith("%m") and any(f.startswith("%d") for f in fitting))
            )
        return DateStyle(roc=True, is_certain=False) if roc and self._reads(DateStyle(roc=True)) else None

    def _reads(self, style: DateStyle) -> bool:
        parsed = parse_datetimes(self.tried, formats=style.formats, roc=style.roc, latest=LATEST)
        return parsed.fault.null_count() >= ENOUGH * len(self.tried)

    @cached_property
    def month_formats(self) -> tuple[str, ...] | None:
        """Formats of a column of months, mostly none; None for other columns."""
        if self.tried.is_empty() or self._share(self.tried.str.contains(r"^\d{1,5}$")) > 0.5:
            return None
        return month_style(self.tried)

    def known_share(self, field: Field) -> float:
        """Share of the cells that a code list knows."""
        if not field.code_list or self.tried.is_empty():
            return 0.0
        return self._share(normalise_spellings(self.tried).is_in(list(code_lookup(field, Entry(constant="")))))

    def unknown_words(self, field: Field) -> list[str]:
        """Words of a short list that its code list does not know, most frequent first; nothing that may be personal."""
        counts = self.filled.value_counts(sort=True)
        words = counts.to_series(0)
        if len(words) > MOST_WORDS or self.has_persons:
            return []
        unknown = ~normalise_spellings(words).is_in(list(code_lookup(field, Entry(constant=""))))
        is_shown = (words.str.len_chars() <= LONGEST_WORD) & ~contains_identifier(words) & (counts["count"] > 1)
        return words.filter(unknown & is_shown.fill_null(False)).to_list()


def month_style(texts: pl.Series) -> tuple[str, ...] | None:
    """Formats by which texts read as months: none where the built-in ones do; None where they are no months."""
    for formats in ((), *((pattern,) for pattern in MONTH_FORMATS)):
        if any("%y" in pattern for pattern in formats) and texts.str.contains(r"\d{4}").any():
            continue
        if parse_months(texts, formats=formats, latest=LATEST).fault.null_count() >= ENOUGH * len(texts):
            return formats
    return None


def determines(rows: pl.DataFrame, fine: str, coarse: str) -> bool:
    """Whether each text of one column stands with one text of the other only."""
    pairs = rows.select(fine, coarse).drop_nulls().unique()
    return pairs.height > 0 and pairs.height == pairs[fine].n_unique()


def looks_like_code(column: Profile) -> bool:
    """Short, without blanks, with digits."""
    return (
        column.tried.str.contains(r"^[\w.-]*\d[\w.-]*$").all() is True and re.search(r"name|名", column.header) is None
    )
