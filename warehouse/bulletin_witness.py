"""The second witness of a figure: the SQL macro of its metric, asked for the same days."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import duckdb

from warehouse.bulletin_inquiry import Inquiry
from warehouse.comparison_row import ComparisonRow
from warehouse.finding import exact, rounded
from warehouse.metrics import METRICS

Told = dict[str | None, tuple[float | None, float | None]]


@dataclass(frozen=True)
class Witness:
    """What the macros say, each asked once."""

    connection: duckdb.DuckDBPyConnection
    _told: dict[tuple[str, date, date, str | None], Told] = field(default_factory=dict)

    def contradicts(self, inquiry: Inquiry, row: ComparisonRow) -> tuple[str, str] | None:
        """What engine and macro say where they differ. Raises NotWitnessed where the macro cannot be asked.

        Of the base it is asked too, where the engine has one (of cases too young for the metric it asks for none) and
        that is a window of the same kind (a list of targets is counted in the last whole month, which the engine finds
        by the calendar of the year before).
        """
        by, key = _asked(row, inquiry.where)
        if by == "month" or "suppressed" in row.flags:
            raise NotWitnessed(row.metric)
        periods = [(row.period, row.value, row.numerator)]
        if row.base is not None and row.base_value is not None and METRICS[row.metric].kind != "semi_additive":
            periods.append((row.base, row.base_value, row.base_numerator))
        for period, value, numerator in periods:
            told_numerator, told = self._tell(row.metric, period.start, period.end, by).get(key, (None, None))
            if not _is_same(told, value) or not _is_same(told_numerator, numerator):
                return _words(value), _words(told)
        return None

    def _tell(self, metric: str, start: date, end: date, by: str | None) -> Told:
        asked = (metric, start, end, by)
        if asked not in self._told:
            # The name is one of the registry's: the row came out of the engine.
            rows = self.connection.execute(f"select * from metric.{metric}(?, ?, ?)", [start, end, by]).fetchall()
            self._told[asked] = {key: (_number(numerator), _number(value)) for key, numerator, _, value in rows}
        return self._told[asked]


class NotWitnessed(Exception):
    """Macros know one dimension and no filter: this selection is none that they can be asked for."""


def _asked(row: ComparisonRow, where: Mapping[str, tuple[str, ...]]) -> tuple[str | None, str | None]:
    """The dimension and the code to ask for: the row's own, or the one filter's."""
    chosen = [(dimension, code) for dimension, codes in where.items() for code in codes]
    own = list(row.keys.items())
    if len(chosen) + len(own) > 1:
        raise NotWitnessed(row.metric)
    return (own + chosen)[0] if own or chosen else (None, None)


def _is_same(told: float | None, value: float | None) -> bool:
    """Zeros of units that reported have no row in a macro."""
    return math.isclose(told or 0.0, value or 0.0, rel_tol=1e-9, abs_tol=1e-9)


def _number(value: object) -> float | None:
    return None if value is None else float(str(value))


def _words(value: float | None) -> str:
    return "—" if value is None else f"{rounded(exact(value)):,}" if abs(value) >= 1 else f"{value:.6g}"
