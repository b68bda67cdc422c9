"""Keep what each different cell of a column gave, from chunk to chunk: the same few words come again and again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from etl.values.parsed import Parsed, on_distinct, without_faults

# Beyond this a column holds no words of a list, and looking them up costs more than reading them again.
MOST_CELLS = 2_000


class Remembered:
    """The results of one pure parser for one column of a file.

    Two threads may learn at the same time: what one of them overwrites is only worked out again.
    """

    def __init__(self) -> None:
        self._known = _Known(pl.Series(dtype=pl.String), None)

    def parse(self, text: pl.Series, parse: Callable[[pl.Series], Parsed]) -> Parsed:
        """What `parse` gives, which must judge each cell by itself and be the same at every call."""
        known = self._known
        found = known.look_up(text)
        if found is None:
            fresh = text.unique().drop_nulls()
            fresh = fresh.filter(~fresh.is_in(known.cells.implode()))
            if len(known.cells) + len(fresh) > MOST_CELLS:
                return on_distinct(text, parse)
            self._known = known = known.with_more(fresh, parse)
            found = known.look_up(text)
        return found or on_distinct(text, parse)


@dataclass(frozen=True)
class _Known:
    """Cells that have been read, and their results: one more, the last is that of an empty cell."""

    cells: pl.Series
    results: Parsed | None

    @cached_property
    def _places(self) -> pl.Enum:
        return pl.Enum(self.cells)

    def with_more(self, cells: pl.Series, parse: Callable[[pl.Series], Parsed]) -> _Known:
        fresh = parse(pl.concat([cells, pl.Series([None], dtype=pl.String)]))
        if self.results is None:
            return _Known(cells, fresh)
        parts = zip(self.results, fresh, strict=True)
        return _Known(pl.concat([self.cells, cells]), Parsed(*(pl.concat([old[:-1], new]) for old, new in parts)))

    def look_up(self, text: pl.Series) -> Parsed | None:
        if self.results is None:
            return None
        places = text.cast(self._places, strict=False).to_physical().cast(pl.UInt32)
        if places.null_count() != text.null_count():
            return None
        values, fault = self.results
        if places.null_count():
            places = places.fill_null(len(self.cells))
        if fault.null_count() == len(fault):
            return without_faults(values[places])
        return Parsed(values[places], fault[places])
