"""Small counts out of figures that leave the bureau, so that nobody can work them out again.

1. A count of 1-4 says something about persons. In a row these are the value or the numerator and denominator, what is
   left of the denominator (2 failures of 30), "at least" figures, and all of them in the base. Zero is no small count.
2. A row with a small count is withheld as a whole: value, parts, interval, base, change, since change = value - base.
3. That is not enough: a total less the rows still published gives the count away. So more rows are withheld, until
   whoever knows every published row and every total (of a table in two dimensions the totals of rows and columns) can
   bound no small count to 1-4: it might as well be 5 or more. Where the table is too small for that, it might be 0.
4. Withheld cells are edges between the totals they enter, and what such a reader cannot rule out are flows around the
   circles that they form (A. Hundepool and others, Statistical Disclosure Control, Wiley 2012, ch. 4; L. Cox 1995,
   "Network models for complementary cell suppression", JASA 90). A path of the least information per small count
   (Dijkstra) finds the rows to withhold; rows that prove needless are given back.
5. Value and base, numerator and remainder are tables of their own; a row withheld for one is withheld in all.
6. A total that is small itself, or is withheld where it is published by the same rules, is not taken for known.

The guarantee holds within one table: two tables that cut the same cases differently are not protected together. Nor is
it meant against a reader who runs these rules on every table that there could be and compares what they withhold.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from warehouse.cell_suppression import Table, withheld_cells
from warehouse.comparison_row import NUMBERS, ComparisonRow

THRESHOLD = 5
# What is no count of cases: a length, and times whose n alone is one.
LENGTHS = ("kilometre",)
TIMES = ("minutes", "days")
PARTS_OF_A_WHOLE = ("fraction", "per_1000_closed")


def suppress(
    rows: Sequence[ComparisonRow], *, threshold: int = THRESHOLD, total: ComparisonRow | None = None
) -> list[ComparisonRow]:
    """Return the rows of one table, in their order, so that no small count is told.

    Small: above 0 and below `threshold`. A withheld row keeps its keys, names, periods and flags, gains the flag
    `suppressed`, and every number in it is None. Its verdict becomes `no_base` whatever it was: up or down beside a
    published total, or small_base, would say something about the number, one constant says nothing, and without a
    number there is nothing to compare. Rows without numbers (not delivered) pass as they are.

    The sum of the rows is taken for known, since the next query gives it. `total`, the row of that query, says what
    rows that are not listed hold beside them: as much uncertainty, or one more small count. It is not returned; as a
    table of one row it is suppressed by itself. Raises ValueError for rows of several metrics or dimensions, and for
    more than two dimensions.
    """
    table = _table(rows, _unlisted(rows, total))
    withheld = withheld_cells(table, threshold)
    return [vanish(row) if number in withheld else row for number, row in enumerate(rows)]


def vanish(row: ComparisonRow) -> ComparisonRow:
    """The row without any number."""
    flags = row.flags if "suppressed" in row.flags else (*row.flags, "suppressed")
    nothing: dict[str, Any] = dict.fromkeys(NUMBERS)
    return replace(row, verdict="no_base", flags=flags, **nothing)


def counts_of(row: ComparisonRow) -> dict[str, float]:
    """The counts of cases that a row tells or lets one work out, by name; each name is a table that adds up."""
    found: dict[str, float | None] = {"at_least": None if row.unit in LENGTHS else row.at_least_value}
    found |= _side(row.unit, "", row.value, row.numerator, row.denominator)
    found |= _side(row.unit, "base_", row.base_value, row.base_numerator, row.base_denominator)
    return {name: count for name, count in found.items() if count is not None}


def _side(
    unit: str, prefix: str, value: float | None, numerator: float | None, denominator: float | None
) -> Mapping[str, float | None]:
    """The counts of one period; what is left of a denominator too, where the numerator is a part of it."""
    if unit in LENGTHS:
        return {}
    if unit in TIMES:
        return {f"{prefix}denominator": denominator}
    if unit == "per_10k_year":
        # Residents are public.
        return {f"{prefix}numerator": numerator}
    is_rate = unit == "fraction" or unit.startswith("per_")
    if is_rate and numerator is None and value is not None and denominator is not None:
        return _implied(prefix, round(value * denominator), denominator)
    count = numerator if is_rate or numerator is not None else value
    found = {f"{prefix}numerator": count, f"{prefix}denominator": denominator}
    if unit in PARTS_OF_A_WHOLE and numerator is not None and denominator is not None:
        # Sums of weights differ in the last bits; answers of last month's suggestions may exceed this month's.
        found[f"{prefix}remainder"] = max(0.0, round(denominator - numerator, 9))
    return found


def _implied(prefix: str, count: float, denominator: float) -> Mapping[str, float | None]:
    """Of a share from a survival curve: the counts it tells when they are small; others, not exact, add up to nothing.

    The sample itself is a count as any other.
    """
    parts = {f"{prefix}implied": count, f"{prefix}implied_rest": denominator - count}
    return {f"{prefix}denominator": denominator} | {name: n for name, n in parts.items() if 0 < n < THRESHOLD}


def _unlisted(rows: Sequence[ComparisonRow], total: ComparisonRow | None) -> dict[str, float]:
    """What the total has more than the rows; of numbers that do not add up, such as stocks by month, nothing."""
    listed = [counts_of(row) for row in rows]
    rest = {
        name: round(count - sum(counts.get(name, 0) for counts in listed), 6)
        for name, count in (counts_of(total) if total else {}).items()
    }
    return {name: count for name, count in rest.items() if count > 0}


def _table(rows: Sequence[ComparisonRow], unlisted: Mapping[str, float]) -> Table:
    dimensions = tuple(rows[0].keys) if rows else ()
    if len({row.metric for row in rows}) > 1 or any(set(row.keys) != set(dimensions) for row in rows):
        raise ValueError("disclosure control needs the rows of one table: one metric, the same dimensions")
    if len(dimensions) > 2:
        raise ValueError(f"tables of more than two dimensions are not published: {', '.join(dimensions)}")
    keys = tuple(tuple(row.keys[dimension] for dimension in dimensions) for row in rows)
    listed = tuple(counts_of(row) for row in rows)
    # In two dimensions it is not known which totals the rest belongs to, so it is left out of them.
    if not unlisted or len(dimensions) != 1:
        return Table(keys, listed)
    return Table((*keys, (None,)), (*listed, unlisted), unpublished=frozenset({len(rows)}))
