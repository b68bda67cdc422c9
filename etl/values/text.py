"""Take away what only looks like text: blanks, invisible characters, full-width forms, Excel's apostrophe."""

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from etl.values.distinct import over_distinct

Bytes = npt.NDArray[np.uint8]

_INVISIBLE = r"[\p{Cc}\p{Cf}\p{Co}\u{fe00}-\u{fe0f}]"
# Plain cells: printable ASCII and common hanzi, single inner blanks, no blank or apostrophe in front. A false
# alarm costs a little time, a miss would be a wrong value, so everything else takes the slow way.
_UNCLEAN = r"^$|^[ '‘’]| $|  |[^ -~\u{4e00}-\u{9fff}]"
# NFKC makes plain digits of these and so another number: 12² -> 122, ⑴ -> (1), ㍘ -> 0点. They stay as they
# are, and no parser takes them for digits.
_NUMERIC_SYMBOLS = r"[\p{No}\p{So}]"
_LEADING_APOSTROPHE = r"^(?:['‘’] ?)+"


def clean(text: pl.Series) -> pl.Series:
    """NFKC; any blank becomes one space, none at the ends; invisible characters go; an empty cell is null."""
    unclean = text.str.contains(_UNCLEAN)
    if not unclean.any():
        return text
    rows = unclean.arg_true()
    fixed = over_distinct(text.gather(rows), lambda cells: _scrub(cells).to_frame("clean"))
    # Series.scatter works in place: only on a copy, the caller holds `text`.
    return text.clone().scatter(rows, fixed["clean"])


def joined_bytes(text: pl.Series) -> Bytes:
    """The bytes of all cells, one behind the other: Arrow keeps them so."""
    array = pa.array(text.to_arrow(), pa.large_string())
    _, offsets, data = array.buffers()
    if data is None:
        return np.empty(0, np.uint8)
    places = np.frombuffer(offsets, np.int64)[array.offset : array.offset + len(array) + 1]
    return np.frombuffer(data, np.uint8)[places[0] : places[-1]]


def count_invisible(text: pl.Series) -> int:
    """How many cells hold zero-width, direction, control or private-use characters (for the load report)."""
    return int(text.str.contains(rf"[{_INVISIBLE}&&\S]").sum())


def _scrub(text: pl.Series) -> pl.Series:
    symbols = text.str.contains(_NUMERIC_SYMBOLS)
    blanks = text.str.replace_all(r"\s", " ").str.replace_all(_INVISIBLE, "")
    folded = blanks.zip_with(symbols, blanks.str.normalize("NFKC"))
    trimmed = folded.str.replace_all(r"\s+", " ").str.strip_chars(" ")
    plain = trimmed.str.replace(_LEADING_APOSTROPHE, "")
    return plain.set(plain == "", None)
