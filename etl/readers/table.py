"""What reading a file means here: the layout a mapping asks for, the table that comes back, the refusal."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import polars as pl

MAX_COLUMNS = 2_000
MAX_CELL_CHARACTERS = 100_000
CHUNK_ROWS = 150_000

# Columns that the reader adds to the text columns of every chunk.
ROW_COLUMNS: dict[str, pl.DataType] = {
    "__line": pl.UInt32(),
    "__fault": pl.String(),
    "__blank": pl.Boolean(),
    "__lossy": pl.List(pl.String()),
}


@dataclass(frozen=True)
class Layout:
    """What a mapping says about reading.

    `header_words`: every group must be present in the header, a group being spellings of one header.
    `header_row`: 1-based; None = the best score of known words in the first ten rows; a tuple = header
    levels, joined with "/" after merged cells are filled rightwards.
    `footnote`: regular expression for unaligned lines that are no data (填表人…); they come as blank rows.
    """

    header_words: tuple[tuple[str, ...], ...]
    encoding: str = "auto"
    delimiter: str = "auto"
    sheet: str | None = None
    header_row: int | tuple[int, ...] | None = None
    known_headers: frozenset[str] = frozenset()
    fill_down: tuple[str, ...] = ()
    trusted: bool = False
    footnote: str | None = None

    @property
    def known_words(self) -> frozenset[str]:
        """All headers that the mapping names."""
        return self.known_headers.union(*self.header_words)


class Unreadable(Exception):
    """The whole file is refused; `code` is a file reason code of design §6, `found` never holds a cell."""

    def __init__(
        self,
        code: str,
        *,
        found: str = "",
        expected: str = "",
        sheet: str | None = None,
        line: int | None = None,
    ) -> None:
        super().__init__(f"{code}: sheet={sheet} line={line} found={found} expected={expected}")
        self.code = code
        self.sheet = sheet
        self.line = line
        self.found = found
        self.expected = expected


@dataclass(frozen=True)
class Table:
    """One readable table; `chunks` may be called again and reads the file anew."""

    headers: tuple[str, ...]
    encoding: str | None
    sheet: str | None
    header_line: int
    notes: tuple[str, ...]
    is_1904: bool
    read: Callable[[tuple[str, ...]], Iterator[pl.DataFrame]] = field(repr=False)
    fill_down: tuple[str, ...] = ()

    def chunks(self, columns: Sequence[str] | None = None) -> Iterator[pl.DataFrame]:
        """Text columns (all, or `columns` in file order) and ROW_COLUMNS; at least one frame, in file order.

        `__line`: where the row begins, 1-based. `__fault`: null, short_row, extra_fields, undecodable or
        too_large; such rows keep no text. `__blank`: no column of the file has text in this row (also
        columns not asked for). `__lossy`: headers whose number has more digits than its cell can hold.
        Raises Unreadable, also after some chunks: what was read until then must not be used.
        """
        wanted = self.headers if columns is None else tuple(h for h in self.headers if h in set(columns))
        if columns is not None and len(wanted) != len(set(columns)):
            raise ValueError(f"columns not in the table: {sorted(set(columns) - set(wanted))}")
        return _fill_down(self.read(wanted), tuple(h for h in self.fill_down if h in wanted))


def empty_chunk(headers: tuple[str, ...]) -> pl.DataFrame:
    """A chunk of no rows."""
    texts: dict[str, pl.DataType] = dict.fromkeys(headers, pl.String())
    return pl.DataFrame(schema=texts | ROW_COLUMNS)


def all_blank(cells: pl.Expr) -> pl.Expr:
    """Whether a row holds nothing but blanks."""
    return pl.all_horizontal(cells.is_null() | (cells.str.strip_chars() == ""))


def _fill_down(chunks: Iterator[pl.DataFrame], headers: tuple[str, ...]) -> Iterator[pl.DataFrame]:
    """Merged body cells hold their text in the first row only: repeat it, across chunks too."""
    above: dict[str, str | None] = dict.fromkeys(headers)
    for chunk in chunks:
        is_row = pl.col("__fault").is_null() & ~pl.col("__blank")
        filled = chunk.with_columns(
            pl.when(is_row).then(pl.col(h).forward_fill().fill_null(pl.lit(above[h], pl.String))).alias(h)
            for h in headers
        )
        above = {h: _last_text(chunk[h], above[h]) for h in headers}
        yield filled


def _last_text(column: pl.Series, above: str | None) -> str | None:
    texts = column.drop_nulls()
    return str(texts[-1]) if len(texts) else above
