"""Printed totals: what a 合计 row says is compared with the rows that were loaded above it, or below."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from etl.recipe import Recipe
from etl.unpivot import unfolded_headers

ROWS = "rows"
BEFORE = "__before "
# Whole numbers that nobody adds up.
NOT_SUMMED = frozenset({"session_no", "scale_points", "on_time_minutes", "response_minutes"})
MOST_WARNINGS = 20
_PRINTED = re.compile(r"^(?:共计?)?(\d{1,3}(?:,\d{3})+|\d{1,15})(?:\.0+)?\D{0,2}$")


def summed_headers(recipe: Recipe) -> dict[str, str]:
    """Header of the file -> where its loaded numbers stand: a field, or the text that the header unfolds into."""
    spec = recipe.mapping.unpivot
    if spec:
        value = recipe.feed.field(spec.value)
        is_summed = value is not None and value.kind in ("integer", "quantity")
        return unfolded_headers(spec, recipe.all_headers) if is_summed else {}
    fields = (recipe.feed.field(name) for name in recipe.headers)
    kept = [one for one in fields if one and one.kind in ("integer", "quantity") and one.name not in NOT_SUMMED]
    return {recipe.headers[one.name][0]: one.name for one in kept if len(recipe.headers[one.name]) == 1}


@dataclass(frozen=True)
class Sums:
    """What a chunk loaded, under `ROWS` and by header; `before`: the same above each of its rows set aside."""

    whole: dict[str, int] = field(default_factory=dict)
    before: pl.DataFrame = field(default_factory=pl.DataFrame)


def sum_up(records: pl.DataFrame, rows: pl.DataFrame, places: pl.Series, recipe: Recipe) -> Sums:
    """Sums of one chunk.

    Args:
        records: the loaded records, with `__row`, the place of their source row in the chunk.
        rows: the text rows they came from (unfolded: with `__into` and `__row`).
        places: `__row` of the rows set aside.
    """
    spec = recipe.mapping.unpivot
    sources = records.select("__row").unique() if spec else records.select("__row")
    loaded: pl.DataFrame = pl.DataFrame({"__row": sources["__row"], "number": np.ones(sources.height, np.int64)})
    columns = {ROWS: loaded}
    headers = summed_headers(recipe)
    if spec and headers:
        # A source row is loaded whole: its records stand in the order of its cells.
        texts = rows.select("__row", "__into").join(sources, on="__row", how="semi")
        values = records.sort("__row", maintain_order=True)[spec.value]
        if texts.height == len(values):
            long = texts.sort("__row", maintain_order=True).with_columns(number=values.cast(pl.Int64))
            columns |= {header: long.filter(pl.col("__into") == text) for header, text in headers.items()}
    elif headers:
        columns |= {
            header: records.select("__row", number=pl.col(name).cast(pl.Int64)) for header, name in headers.items()
        }
    whole = {name: int(frame["number"].sum() or 0) for name, frame in columns.items()}
    if places.is_empty():
        return Sums(whole, pl.DataFrame(schema={f"{BEFORE}{name}": pl.Int64 for name in columns}))
    before = {f"{BEFORE}{name}": _above(frame, places) for name, frame in columns.items()}
    return Sums(whole, pl.DataFrame(before))


def _above(numbers: pl.DataFrame, places: pl.Series) -> pl.Series:
    """The sum of the numbers above each place."""
    ordered = numbers if numbers["__row"].is_sorted() else numbers.sort("__row")
    number = ordered["number"].fill_null(0) if ordered["number"].null_count() else ordered["number"]
    running = np.concatenate([np.zeros(1, np.int64), np.cumsum(number.to_numpy())])
    return pl.Series(running[np.searchsorted(ordered["__row"].to_numpy(), places.to_numpy(), side="left")])


class PrintedTotals:
    """The printed totals of one file, against the running sums of what is loaded."""

    def __init__(self, recipe: Recipe) -> None:
        self._headers = summed_headers(recipe)
        self._all_headers = recipe.all_headers
        self._so_far: dict[str, int] = {}
        self._printed: list[tuple[int, dict[str, int], dict[str, int]]] = []

    def place(self, set_aside: pl.DataFrame, sums: Sums) -> pl.DataFrame:
        """The rows set aside by the next chunk, with the file's sums above each of them."""
        offsets = (pl.col(name) + self._so_far.get(name.removeprefix(BEFORE), 0) for name in sums.before.columns)
        placed = set_aside.hstack(sums.before.select(offsets))
        for name, number in sums.whole.items():
            self._so_far[name] = self._so_far.get(name, 0) + number
        return placed

    def add(self, totals: pl.DataFrame) -> None:
        """Remember rows that were found to be printed totals."""
        for row in totals.iter_rows(named=True):
            before = {name.removeprefix(BEFORE): row[name] for name in row if name.startswith(BEFORE)}
            self._printed.append((row["__line"], self._numbers(row), before))

    def _numbers(self, row: dict[str, object]) -> dict[str, int]:
        found = {header: number for header in self._all_headers if (number := _number(row.get(header))) is not None}
        if self._headers:
            return {header: number for header, number in found.items() if header in self._headers}
        # A register of single records prints how many there are, in whatever column has room.
        return {ROWS: next(iter(found.values()))} if len(found) == 1 else {}

    def warnings(self) -> list[str]:
        """One text per printed number that is the sum of nothing: neither of all rows nor of those between totals."""
        printed = sorted(self._printed, key=lambda one: one[0])
        found = [
            f"total_mismatch: line {line}, {name}: printed {number}, loaded {loaded}"
            for place, (line, numbers, before) in enumerate(printed)
            for name, number in numbers.items()
            if (loaded := self._mismatch(name, number, before, printed, place)) is not None
        ]
        more = len(found) - MOST_WARNINGS
        return found[:MOST_WARNINGS] + ([f"total_mismatch: {more} more"] if more > 0 else [])

    def _mismatch(
        self,
        name: str,
        number: int,
        before: dict[str, int],
        printed: Sequence[tuple[int, dict[str, int], dict[str, int]]],
        place: int,
    ) -> int | None:
        """What was loaded where the printed number should be; None where it agrees."""
        if name not in before:
            return None
        here = before[name]
        above = [0, *(one[2][name] for one in printed[:place] if name in one[2])]
        below = [*(one[2][name] for one in printed[place + 1 :] if name in one[2]), self._so_far.get(name, 0)]
        if here - number in above or here + number in below:
            return None
        return here - above[-1] if here > above[-1] else here or below[-1]


def _number(cell: object) -> int | None:
    text = unicodedata.normalize("NFKC", str(cell or "")).strip().replace(" ", "")
    match = _PRINTED.match(text)
    return int(match[1].replace(",", "")) if match else None
