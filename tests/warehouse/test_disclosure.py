"""Small counts cannot be worked out of what is published: attacked by linear programming."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.optimize import linprog

from tests.warehouse.figure_rows import ARRIVAL, FOUND, INCIDENTS, PER_RESIDENTS, RESOLVED, metric_of, rate_of, row_of
from warehouse.comparison_row import NUMBERS, ComparisonRow, Verdict
from warehouse.disclosure import suppress

Cell = tuple[str, ...]
Counts = dict[Cell, int]
DIMENSIONS = ("station", "month")


def table_of(counts: Mapping[Cell, int], base: Mapping[Cell, int] | None = None) -> list[ComparisonRow]:
    """Rows of a count by one or two keys; the base is large and even unless given."""
    return [
        row_of(INCIDENTS, count, 1000 if base is None else base[cell], keys=dict(zip(DIMENSIONS, cell, strict=False)))
        for cell, count in counts.items()
    ]


def line_of(*counts: int) -> list[ComparisonRow]:
    """Rows of one key: stations 0, 1, 2 …"""
    return table_of({(str(number),): count for number, count in enumerate(counts)})


def grid_of(*rows: Sequence[int]) -> list[ComparisonRow]:
    """Rows of two keys, from lines of a table."""
    return table_of({(str(i), str(j)): count for i, line in enumerate(rows) for j, count in enumerate(line)})


def hidden(rows: Iterable[ComparisonRow]) -> list[int]:
    return [number for number, row in enumerate(rows) if "suppressed" in row.flags]


def shown(*counts: int) -> list[float | None]:
    """What is published of stations with these counts; None where it is withheld."""
    return [row.value for row in suppress(line_of(*counts))]


# ---- the attacker: knows rules, published rows and totals; counts are whole numbers, 0 or more


def bounds(unknown: Sequence[Cell], sums: Mapping[tuple[Cell, ...], float], cell: Cell) -> tuple[float, float]:
    """The least and the most that a withheld cell can be, given the sums of sets of withheld cells.

    The sums are those of a table's rows and columns, so the corners of what is possible are whole numbers.
    """
    equations = np.array([[float(one in cells) for one in unknown] for cells in sums])
    goal = np.array([float(one == cell) for one in unknown])
    given = {"A_eq": equations, "b_eq": list(sums.values())} if len(sums) else {}
    low = linprog(goal, bounds=(0, None), method="highs", **given)
    high = linprog(-goal, bounds=(0, None), method="highs", **given)
    assert low.status == 0
    assert high.status in (0, 3), "3: without bound"
    return low.fun, -high.fun if high.status == 0 else np.inf


def lines_through(cells: Iterable[Cell]) -> set[tuple[int, str]]:
    return {(dimension, key) for cell in cells for dimension, key in enumerate(cell)}


def attack(
    counts: Mapping[Cell, int], withheld: set[Cell], known: set[tuple[int, str]], *, is_whole_known: bool = True
) -> dict[Cell, tuple[float, float]]:
    """What the attacker can say of every withheld cell from the known totals, (dimension, key), and the whole."""
    unknown = sorted(withheld)
    lines = {line: tuple(cell for cell in unknown if cell[line[0]] == line[1]) for line in known}
    sums = {cells: float(sum(counts[cell] for cell in cells)) for cells in lines.values() if cells}
    if is_whole_known:
        sums[tuple(unknown)] = float(sum(counts[cell] for cell in unknown))
    return {cell: bounds(unknown, sums, cell) for cell in unknown}


def is_told(interval: tuple[float, float]) -> bool:
    """Whether an interval lies within 1-4: the attacker then knows that it is a small count."""
    return interval[0] > 0.5 and interval[1] < 4.5


def small(counts: Mapping[Cell, int]) -> set[Cell]:
    return {cell for cell, count in counts.items() if 0 < count < 5}


def published_totals(counts: Mapping[Cell, int]) -> tuple[set[tuple[int, str]], bool]:
    """The totals of rows and columns that the same rules publish where they stand, and whether they do the whole."""
    known = set()
    for dimension in range(2):
        totals: dict[Cell, int] = {}
        for cell, count in counts.items():
            totals[(cell[dimension],)] = totals.get((cell[dimension],), 0) + count
        rows = suppress(table_of(totals))
        known |= {(dimension, row.keys["station"] or "") for row in rows if row.value is not None}
    return known, not hidden(suppress([row_of(INCIDENTS, sum(counts.values()), 1000)]))


def test_the_attacker_finds_what_withholding_the_small_cell_alone_leaves_open() -> None:
    counts: Counts = {("a",): 3, ("b",): 10, ("c",): 20}
    assert attack(counts, {("a",)}, set()) == {("a",): (3, 3)}
    # By trying all: of 2 x 2 with row sums 4 and 2, column sums 4 and 2, the first cell is 2, 3 or 4.
    square: Counts = {("a", "1"): 3, ("a", "2"): 1, ("b", "1"): 1, ("b", "2"): 1}
    assert attack(square, set(square), lines_through(square))[("a", "1")] == (2, 4)


# ---- lists


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        # The smallest sufficient complement.
        ((3, 10, 20), [None, None, 20]),
        ((4, 1, 100), [None, None, 100]),
        ((4, 5, 100), [None, None, 100]),
        # 1 + 2 withheld together would be the small count 3 again.
        ((1, 2, 50, 60), [None, None, None, 60]),
        # Zero stays, unless there is nothing else.
        ((3, 0, 10), [None, 0, None]),
        ((3, 0, 0), [None, None, 0]),
        ((0, 0, 0), [0, 0, 0]),
        ((5, 6, 7), [5, 6, 7]),
        # Ties, all small, one row.
        ((2, 2, 2), [None, None, None]),
        ((9, 9, 3, 9), [None, 9, None, 9]),
        ((3,), [None]),
        ((), []),
    ],
)
def test_lists_lose_few_rows(counts: tuple[int, ...], expected: list[float | None]) -> None:
    assert shown(*counts) == expected


def test_of_many_random_lists_no_small_count_can_be_told() -> None:
    luck = random.Random(20261031)
    for _ in range(80):
        most = luck.choice([2, 6, 12, 60])
        counts: Counts = {(str(number),): luck.randint(0, most) for number in range(luck.randint(1, 7))}
        rows = suppress(table_of(counts))
        withheld = {cell for cell, row in zip(counts, rows, strict=True) if row.value is None}
        assert small(counts) <= withheld
        total = sum(counts.values())
        for cell, interval in attack(
            counts, withheld, set(), is_whole_known=not 0 < total < 5 or len(counts) > 1
        ).items():
            assert not is_told(interval) or cell not in small(counts), (counts, cell, interval)
            # Where the list allows it, the count might as well be no small one.
            assert interval[1] >= 5 or total < 5, (counts, cell, interval)
        assert not withheld or len(withheld) > 1 or len(counts) == 1


# ---- tables of two dimensions


def test_a_single_small_cell_takes_three_others_with_it() -> None:
    rows = suppress(grid_of([3, 10, 20], [7, 8, 9], [30, 1, 12]))
    # 3 and 1 are corners of one circle: its other corners are 10 and 30.
    assert [row.value for row in rows] == [None, None, 20, 7, 8, 9, None, None, 12]


def test_a_total_that_is_the_small_cell_itself_is_not_taken_for_known() -> None:
    rows = suppress(grid_of([0, 2, 0], [0, 0, 0]))
    assert hidden(rows) == [1]
    # One row: its columns are its cells, and 3 and 10 are withheld among them.
    assert hidden(suppress(grid_of([3, 10, 20]))) == [0, 1]


def test_of_random_tables_no_small_count_can_be_told_by_who_knows_all_totals() -> None:
    luck = random.Random(20261101)
    told_by_totals_alone = 0
    for _ in range(45):
        most = luck.choice([3, 9, 40])
        size = luck.randint(2, 4), luck.randint(2, 4)
        counts: Counts = {
            (str(i), str(j)): max(0, luck.randint(-most // 3, most)) for i in range(size[0]) for j in range(size[1])
        }
        rows = suppress(table_of(counts))
        withheld = {cell for cell, row in zip(counts, rows, strict=True) if row.value is None}
        assert small(counts) <= withheld
        if not withheld:
            continue
        done = attack(counts, withheld, lines_through(counts))
        if not any(is_told(done[cell]) for cell in small(counts)):
            continue
        told_by_totals_alone += 1
        # Where it is told all the same, it would be with every cell withheld; then the total is withheld, or all is.
        at_most = attack(counts, set(counts), lines_through(counts))
        known, is_whole_known = published_totals(counts)
        done_with_published = attack(counts, withheld, known, is_whole_known=is_whole_known)
        for cell in small(counts):
            assert is_told(at_most[cell]) or not is_told(done[cell]), (counts, cell, done[cell])
            assert not is_told(done_with_published[cell]) or withheld == set(counts), (counts, cell)
    assert told_by_totals_alone > 0, "no table tested the case in which totals alone tell"


def test_a_large_table_loses_little_beyond_its_small_cells() -> None:
    luck = np.random.default_rng(7)
    counts: Counts = {(str(i), str(j)): int(n) for (i, j), n in np.ndenumerate(luck.poisson(11, (30, 12)))}
    withheld = hidden(suppress(table_of(counts)))
    assert 0 < len(small(counts)) <= len(withheld) <= 4 * len(small(counts))


def test_rows_that_are_not_listed_count_as_nothing() -> None:
    # A sparse table: station 1 has one month only.
    counts: Counts = {("0", "1"): 40, ("0", "2"): 50, ("1", "1"): 3, ("2", "1"): 9, ("2", "2"): 60}
    withheld = {cell for cell, row in zip(counts, suppress(table_of(counts)), strict=True) if row.value is None}
    known, is_whole_known = published_totals(counts)
    assert not is_told(attack(counts, withheld, known, is_whole_known=is_whole_known)[("1", "1")])


# ---- what vanishes


def rates_of(*parts: tuple[int, int], base: tuple[int, int] = (500, 600)) -> list[ComparisonRow]:
    return [rate_of(RESOLVED, part, base, keys={"station": str(number)}) for number, part in enumerate(parts)]


def test_a_withheld_row_keeps_no_number_and_no_verdict() -> None:
    numbers: dict[str, Any] = dict.fromkeys(NUMBERS, 3.0)
    verdicts: list[Verdict] = ["up", "small_base", "within_noise"]
    for verdict in verdicts:
        row = row_of(INCIDENTS, 3, 3, flags=("immature",), keys={"station": "a"})
        row = replace(row, verdict=verdict, **numbers)
        (published,) = suppress([row])
        assert {getattr(published, name) for name in NUMBERS} == {None}
        assert published.verdict == "no_base"
        assert published.flags == ("immature", "suppressed")
        assert (published.keys, published.period, published.base) == (row.keys, row.period, row.base)


def test_a_row_that_is_published_keeps_everything() -> None:
    rows = line_of(10, 20, 30)
    assert suppress(rows) == rows


def test_a_small_base_takes_the_value_with_it() -> None:
    counts: Counts = {(name,): 100 for name in "abc"}
    rows = suppress(table_of(counts, {("a",): 3, ("b",): 10, ("c",): 20}))
    assert hidden(rows) == [0, 1]


def test_value_and_base_are_protected_each_in_its_own_table() -> None:
    # The current table needs a second cell: 6 is the smallest, but its base of 0 does not protect the base of 2.
    rows = suppress(table_of({("a",): 1, ("b",): 6, ("c",): 20}, {("a",): 2, ("b",): 0, ("c",): 30}))
    assert hidden(rows) == [0, 2]


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        # 2 failures of 30 are a small count, as are 2 successes; nobody of 30 is none.
        (((28, 30), (50, 60), (70, 90)), [0, 1]),
        (((2, 30), (50, 60), (70, 90)), [0, 1]),
        (((30, 30), (50, 60), (70, 90)), []),
        (((0, 30), (50, 60), (70, 90)), []),
        # The only failures there are: the next row has none, and is withheld where no other has one.
        (((28, 30), (60, 60), (90, 90)), [0, 1]),
        (((2, 3), (50, 60), (70, 90)), [0, 1]),
    ],
)
def test_of_a_rate_both_parts_are_looked_at(parts: tuple[tuple[int, int], ...], expected: list[int]) -> None:
    assert hidden(suppress(rates_of(*parts))) == expected


def test_numerator_and_denominator_of_a_rate_cannot_be_told_together() -> None:
    luck = random.Random(20261102)
    for _ in range(25):
        parts: list[tuple[int, int]] = []
        for _ in range(luck.randint(2, 6)):
            whole = luck.choice([luck.randint(1, 8), luck.randint(10, 90)])
            parts.append(
                (luck.randint(0, whole) if luck.random() < 0.6 else whole - min(whole, luck.randint(0, 5)), whole)
            )
        check_rate(parts, hidden(suppress(rates_of(*parts))))


def check_rate(parts: Sequence[tuple[int, int]], withheld: Sequence[int]) -> None:
    """Attack with successes and failures of every withheld row unknown, their sum included, all totals known."""
    if not withheld:
        return
    size = len(withheld)
    equations = np.kron(np.eye(2), np.ones(size))
    sums = [
        float(sum(parts[row][0] for row in withheld)),
        float(sum(n - k for k, n in (parts[row] for row in withheld))),
    ]
    for place, row in enumerate(withheld):
        success, failure = np.eye(2 * size)[place], np.eye(2 * size)[size + place]
        k, n = parts[row]
        for count, goal in ((k, success), (n - k, failure), (n, success + failure)):
            low, high = (linprog(sign * goal, A_eq=equations, b_eq=sums, method="highs").fun * sign for sign in (1, -1))
            assert not 0 < count < 5 or not is_told((low, high)), (parts, withheld, row, low, high)


@pytest.mark.parametrize(
    ("row", "is_small"),
    [
        # 3 minutes are no count of persons; 3 arrivals are.
        (row_of(ARRIVAL, 3, 4, denominator=240, base_denominator=230), False),
        (row_of(ARRIVAL, 8, 10, denominator=3, base_denominator=230), True),
        # Residents are public, incidents are not.
        (row_of(PER_RESIDENTS, 20, 21, numerator=40, denominator=2.5, base_numerator=41, base_denominator=2.5), False),
        (row_of(PER_RESIDENTS, 0.4, 21, numerator=2, denominator=50_000, base_numerator=41), True),
        # Disputes found are no part of the visits: 100 visits with 98 disputes leave no small remainder.
        (rate_of(FOUND, (98, 100), (60, 100)), False),
        (rate_of(FOUND, (3, 100), (60, 100)), True),
        (row_of(metric_of(("巡逻里程", "kilometres patrolled"), unit="kilometre"), 3, 40), False),
        (row_of(INCIDENTS, None, None, "no_base", at_least_value=3, flags=("at_least",)), True),
        (row_of(INCIDENTS, None, None, "no_base", flags=("not_delivered",)), False),
    ],
)
def test_what_is_a_count_of_cases(row: ComparisonRow, is_small: bool) -> None:
    assert bool(hidden(suppress([row]))) == is_small


# ---- totals, thresholds, mistakes


def test_a_small_total_vanishes_as_its_rows_do() -> None:
    total = row_of(INCIDENTS, 3, 3000)
    assert hidden(suppress(line_of(3, 0, 0), total=total)) == [0, 1]
    assert hidden(suppress([total])) == [0]
    # One row is its own total.
    assert hidden(suppress(line_of(2), total=row_of(INCIDENTS, 2, 1000))) == [0]


def test_rows_that_are_not_listed_protect_and_are_protected() -> None:
    # The total is 47: 14 more than the rows, so 3 may be anything up to 17.
    assert hidden(suppress(line_of(3, 10, 20), total=row_of(INCIDENTS, 47, 3000))) == [0]
    # The total is 32: the rows of 10 and 20 would give the 2 away that are not listed.
    assert hidden(suppress(line_of(10, 20), total=row_of(INCIDENTS, 32, 2000))) == [0]
    assert hidden(suppress(line_of(10, 20), total=row_of(INCIDENTS, 30, 2000))) == []
    # Stocks by month do not add up to the stock at the end.
    assert hidden(suppress(line_of(10, 20), total=row_of(INCIDENTS, 20, 1000))) == []


def test_the_threshold_can_be_chosen() -> None:
    assert hidden(suppress(line_of(8, 12, 30), threshold=10)) == [0, 1]
    assert hidden(suppress(line_of(8, 12, 30))) == []


def test_rows_that_were_not_delivered_protect_nobody() -> None:
    rows = [*line_of(3, 10), row_of(INCIDENTS, None, None, "no_base", flags=("not_delivered",), keys={"station": "x"})]
    assert hidden(suppress(rows)) == [0, 1]
    assert suppress(rows)[2] == rows[2]


def test_two_tables_at_once_are_an_error() -> None:
    row = row_of(INCIDENTS, 3, 3, keys={"station": "a"})
    with pytest.raises(ValueError, match="one metric, the same dimensions"):
        suppress([row, replace(row, keys={"month": "2026-01"})])
    with pytest.raises(ValueError, match="one metric, the same dimensions"):
        suppress([row, replace(row, metric="another")])
    with pytest.raises(ValueError, match="more than two dimensions"):
        suppress([replace(row, keys={"station": "a", "month": "2026-01", "channel": "110"})])


def test_a_share_from_a_survival_curve_is_withheld_where_it_tells_a_small_count() -> None:
    closed = metric_of(("30日内结案率", "30-day closing rate"), unit="fraction", kind="survival", smallest_n=30)

    def row(value: float, n: int) -> ComparisonRow:
        return replace(rate_of(closed, (n, n), (90, 100)), numerator=None, base_numerator=None, value=value)

    # 98 of 100 leave two open; 3 of 100 are three; 95 and 5 are no small counts; of three cases nothing is told.
    rows = [row(0.98, 100), row(0.03, 100), row(0.95, 100), row(1.0, 3)]
    assert [hidden(suppress([one])) for one in rows] == [[0], [0], [], [0]]
