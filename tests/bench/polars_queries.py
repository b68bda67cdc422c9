"""The counts behind the headline metrics in polars, straight from the facts in a Parquet file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl

from warehouse.comparison import Question
from warehouse.periods import Period, base_of

KEYS = {"month": "month_start", "dispute_type": "dispute_type_code", "station": "station_code"}
KINDS = ("additive", "ratio", "quantile", "survival")


@dataclass(frozen=True)
class PolarsReference:
    """The facts as one Parquet file."""

    file: Path

    @staticmethod
    def export(connection: duckdb.DuckDBPyConnection, folder: Path) -> PolarsReference:
        """Write what a metric counts of every incident."""
        file = folder / "incident_part.parquet"
        if not file.exists():
            connection.execute(f"copy (from core.incident_part) to '{file}' (format parquet)")
        return PolarsReference(file)

    def answers(self, question: Question) -> bool:
        """A stock is not written here: it would be asked month by month."""
        return question.metric.kind in KINDS

    def count(self, question: Question) -> pl.DataFrame:
        """Counts of the period and of its base, by key (and by minutes or days)."""
        return pl.concat([self._window(question, window) for window in _windows(question)]).collect()

    def _window(self, question: Question, window: Period) -> pl.LazyFrame:
        metric = question.metric
        prefix = "closed_" if metric.relation == "incident_closed" else ""
        start, end = pl.col(f"{prefix}period_start"), pl.col(f"{prefix}period_end")
        month = start.dt.truncate("1mo").alias("month_start")
        keys = [month if name == "month" else pl.col(KEYS[name]) for name in question.by]
        rows = pl.scan_parquet(self.file).filter(start >= window.start, end <= window.end)
        numerator, denominator = _expression(metric.numerator), _expression(metric.denominator or "null")
        if metric.kind in ("quantile", "survival"):
            number = numerator
            if metric.kind == "survival":
                number = pl.coalesce(numerator, (pl.lit(question.period.end) - pl.col("open_since")).dt.total_days())
            rows = rows.filter(denominator > 0, number.is_not_null())
            return rows.group_by(*keys, number.cast(pl.Int64).alias("number")).agg(denominator.sum().alias("total"))
        return rows.group_by(*keys).agg(numerator.sum().alias("total"), denominator.sum().alias("of"))

    def differences(self, question: Question, counted: pl.DataFrame) -> list[str]:
        """Whether its counts add up to those of the engine's SQL."""
        mine = self.count(question)
        found = {"rows": mine.height, "total": int(mine["total"].sum())}
        columns = [name for name in ("numerator", "cases", "open") if name in counted.columns]
        wanted = {"rows": counted.height, "total": sum(int(counted[name].sum()) for name in columns)}
        return [] if found == wanted else [f"polars finds {found}, the engine's SQL {wanted}"]


def _windows(question: Question) -> Iterable[Period]:
    base = base_of(question.period, question.basis)
    return [question.period] if base is None else [question.period, base]


def _expression(sql: str) -> pl.Expr:
    return pl.sql_expr(sql.replace("r.", ""))
