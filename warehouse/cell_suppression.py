"""Which cells of an additive table to withhold so that small counts cannot be worked out (why: disclosure.py)."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf

Key = tuple[str | None, ...]
# A total by its dimension and key; WHOLE is the sum of the table.
Node = tuple[int, str | None]
WHOLE: Node = (-1, None)
# Where what is not held by a known total goes.
OUTSIDE: Node = (-2, None)
# Totals that are not known add up to what the known ones leave of the whole: one node for rows, one for columns.
REST: tuple[Node, Node] = ((-3, None), (-4, None))
# A published zero is worth more than its size says, so it is withheld last.
PRICE_OF_ZERO = 3.0
EPSILON = 1e-9


@dataclass(frozen=True)
class Table:
    """Cells by key (none, one or two dimensions); a cell has a number, 0 or more, in each of several tables by name.

    `unpublished` are the numbers of cells that readers never see.
    """

    keys: tuple[Key, ...]
    counts: tuple[Mapping[str, float], ...]
    unpublished: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Aim:
    """One small count, what a reader must hold for possible (moved up to the threshold, or down to 0), and how much.

    `known` are the totals that the reader is taken to know.
    """

    name: str
    cell: int
    is_up: bool
    amount: float
    known: frozenset[Node]


# An aim, and the cells that must be withheld for it.
Route = tuple[Aim, set[int]]


def withheld_cells(table: Table, threshold: int) -> set[int]:
    """Return the numbers of the cells to withhold: every small one, and what protects them.

    Where even an empty table gives a small count away (a total is one cell), that total is not taken for known if the
    same rules withhold it where it stands; if that does not help either, all cells are returned.
    """
    small = {
        (name, cell)
        for cell, counts in enumerate(table.counts)
        for name, count in counts.items()
        if 0 < count < threshold
    }
    first = {cell for _, cell in small} | table.unpublished
    withheld = set(first)
    routes: list[Route] = []
    # The largest needs first: what protects them often protects the others.
    for name, cell in sorted(small, key=lambda one: (table.counts[one[1]][one[0]], one)):
        reached = _first_reached(table, threshold, name, cell, withheld)
        if reached is None:
            return {number for number, counts in enumerate(table.counts) if counts}
        routes.append(reached)
        withheld |= reached[1]
    return _without_needless(table, withheld, first, routes)


def _first_reached(table: Table, threshold: int, name: str, cell: int, withheld: set[int]) -> Route | None:
    for aim in _aims(table, threshold, name, cell):
        used = _protect(table, aim, withheld, may_add=True)
        if used is not None:
            return aim, used
    return None


def _aims(table: Table, threshold: int, name: str, cell: int) -> Iterator[Aim]:
    """From the strongest protection to the weakest."""
    count = table.counts[cell][name]
    every = frozenset({WHOLE, *(node for key in table.keys for node in _totals(key))})
    yield Aim(name, cell, True, threshold - count, every)
    yield Aim(name, cell, False, count, every)
    # Worked out only when asked for: rarely needed, and tables of their own.
    published = every - _withheld_totals(table, threshold)
    yield Aim(name, cell, True, threshold - count, published)
    yield Aim(name, cell, False, count, published)


def _totals(key: Key) -> tuple[Node, ...]:
    """The totals a cell enters: of a list the whole, of a table two, of a single figure none."""
    return (WHOLE,) if len(key) == 1 else tuple(enumerate(key))


def _withheld_totals(table: Table, threshold: int) -> set[Node]:
    """The totals that are not published either, when they stand in a table of one dimension less."""
    dimensions = len(table.keys[0])
    found = {WHOLE} if dimensions and withheld_cells(_sums(table, ()), threshold) else set()
    for dimension in range(dimensions) if dimensions == 2 else ():
        sums = _sums(table, (dimension,))
        found |= {(dimension, sums.keys[number][0]) for number in withheld_cells(sums, threshold)}
    return found


def _sums(table: Table, dimensions: tuple[int, ...]) -> Table:
    sums: dict[Key, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for key, counts in zip(table.keys, table.counts, strict=True):
        for name, count in counts.items():
            sums[tuple(key[dimension] for dimension in dimensions)][name] += count
    return Table(tuple(sums), tuple(sums.values()))


def _without_needless(table: Table, withheld: set[int], first: set[int], routes: list[Route]) -> set[int]:
    """Give back, the dearest first, what no aim needs; only the aims whose route used the cell look for another."""
    for cell in sorted(withheld - first, key=lambda cell: (-_price(table, cell), cell)):
        fewer = withheld - {cell}
        again = [(aim, _protect(table, aim, fewer, may_add=False) if cell in used else used) for aim, used in routes]
        found = [(aim, used) for aim, used in again if used is not None]
        if len(found) == len(routes):
            withheld, routes = fewer, found
    return withheld


def _protect(table: Table, aim: Aim, withheld: set[int], *, may_add: bool) -> set[int] | None:
    """Return the cells that must be withheld for the aim to hold, or None where it cannot.

    A cell is an edge from its row total to its column total. To raise it by one unit, one unit must flow back: other
    withheld cells are raised along their edge, or lowered against it, the latter by no more than they hold.
    """
    flow = _Flow(table, aim, withheld, may_add)
    if flow.source == flow.sink:
        return set()
    left = aim.amount
    share = left
    while left > EPSILON:
        path = flow.cheapest_path(at_least=share)
        if path is not None:
            left -= flow.push(path, at_most=left)
        elif share <= EPSILON:
            return None
        # Wide circles first: one of four units withholds fewer cells than four of one.
        share = min(left, share) if path is not None else (share / 2 if share > 0.5 else EPSILON)
    return flow.used


class _Flow:
    """What can be moved among the withheld cells of one table, and at what price among the others."""

    def __init__(self, table: Table, aim: Aim, withheld: set[int], may_add: bool) -> None:
        self.table, self.withheld, self.may_add = table, withheld, may_add
        self.used: set[int] = set()
        self.room: dict[int, float] = {}
        self.edges: dict[Node, list[tuple[int, bool, Node]]] = defaultdict(list)
        for cell, counts in enumerate(table.counts):
            if aim.name in counts:
                ends = self._ends(table.keys[cell], aim.known)
                if cell == aim.cell:
                    # Raised: the unit flows back from the column total to the row total; lowered: the other way.
                    self.source, self.sink = ends[::-1] if aim.is_up else ends
                elif may_add or cell in withheld:
                    self.room[cell] = counts[aim.name]
                    self.edges[ends[0]].append((cell, True, ends[1]))
                    self.edges[ends[1]].append((cell, False, ends[0]))

    def _ends(self, key: Key, known: frozenset[Node]) -> tuple[Node, Node]:
        rest = REST if WHOLE in known else (OUTSIDE, OUTSIDE)
        totals = [total if total in known else rest[number] for number, total in enumerate(_totals(key))]
        first, second, *_ = [*totals, OUTSIDE, OUTSIDE]
        return first, second

    def cheapest_path(self, *, at_least: float) -> list[tuple[int, bool]] | None:
        """Cells to raise (True) and lower (False) between the two ends, with room for that much; Dijkstra."""
        best: dict[Node, float] = {self.source: 0.0}
        came: dict[Node, tuple[Node, int, bool]] = {}
        queue = [(0.0, 0, self.source)]
        pushed = 0
        while queue:
            price, _, node = heapq.heappop(queue)
            if node == self.sink:
                return self._path(came)
            if price > best[node]:
                continue
            for cell, is_raised, other in self.edges[node]:
                further = price + self._price(cell)
                if further < best.get(other, inf) and (is_raised or self.room[cell] >= max(at_least, EPSILON)):
                    best[other], came[other] = further, (node, cell, is_raised)
                    pushed += 1
                    heapq.heappush(queue, (further, pushed, other))
        return None

    def push(self, path: Sequence[tuple[int, bool]], *, at_most: float) -> float:
        """Move as much as the path has room for, and return it."""
        moved = min([at_most, *(self.room[cell] for cell, is_raised in path if not is_raised)])
        for cell, is_raised in path:
            self.room[cell] += moved if is_raised else -moved
            self.used.add(cell)
        return moved

    def _path(self, came: Mapping[Node, tuple[Node, int, bool]]) -> list[tuple[int, bool]]:
        path, node = [], self.sink
        while node != self.source:
            node, cell, is_raised = came[node]
            path.append((cell, is_raised))
        return path

    def _price(self, cell: int) -> float:
        return 0.0 if cell in self.withheld or cell in self.used else _price(self.table, cell)


def _price(table: Table, cell: int) -> float:
    """What withholding a cell costs: one, and up to one more by its size; a zero costs more."""
    size = sum(table.counts[cell].values())
    return 1 + size / (size + 100) if size else PRICE_OF_ZERO
