"""Look closer at the few cells that could not be read: what is in them says more than that they are no code or date."""

from __future__ import annotations

import polars as pl

from etl.values import clean
from warehouse.redaction import contains_identifier

# What the middle and last bytes of a Chinese character in UTF-8 look like in the code pages of the West.
_TRAIL = "[\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]"
MOJIBAKE = f"锟斤拷|\ufffd|Ã.|â€|[ã-é]{_TRAIL}{{2}}"
# Different cells of a field that are faulty; a column with more of them was taken for another.
MOST_EXPLAINED = 1_000

# A cell and its fault -> what is said of it, where anything is.
Explained = dict[tuple[str | None, str | None], str | None]


def explain(text: pl.Series, fault: pl.Series, tokens: tuple[str, ...], known: Explained) -> pl.Series:
    """The faults, said more exactly; cells that are an empty token (`tokens`) have none.

    `known` keeps what was said of a cell: what is wrong in one chunk of a file is mostly wrong in the next as well.
    """
    rows = fault.is_not_null().arg_true()
    cells, faults = text[rows], fault[rows]
    few = len(rows) <= MOST_EXPLAINED
    closer = _remembered(cells, faults, tokens, known) if few else _look_closer(cells, faults, tokens)
    # Series.scatter works in place, and the parser may still hold the series.
    return fault.clone().scatter(rows, closer)


def _remembered(cells: pl.Series, faults: pl.Series, tokens: tuple[str, ...], known: Explained) -> pl.Series:
    pairs = list(zip(cells, faults, strict=True))
    # Other threads add to what is known, and take nothing away.
    found = {pair: known[pair] for pair in {*pairs} if pair in known}
    if fresh := list({*pairs} - found.keys()):
        fresh_cells, fresh_faults = (pl.Series(part, dtype=pl.String) for part in zip(*fresh, strict=True))
        told = _look_closer(fresh_cells, fresh_faults, tokens)
        found |= zip(fresh, told, strict=True)
        if len(known) < MOST_EXPLAINED:
            known |= found
    return pl.Series([found[pair] for pair in pairs], dtype=pl.String)


def _look_closer(cells: pl.Series, faults: pl.Series, tokens: tuple[str, ...]) -> pl.Series:
    return pl.select(
        pl.when(clean(cells).is_in(tokens))
        .then(None)
        .when(contains_identifier(cells) & faults.is_in(["bad_code", "bad_number", "bad_date"]))
        .then(pl.lit("misplaced_identifier"))
        .when(cells.str.contains(MOJIBAKE))
        .then(pl.lit("mojibake"))
        .otherwise(faults)
    ).to_series()
