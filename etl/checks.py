"""The rules of a record schema, put together once: a frame that breaks none is known by a fraction of the work."""

from __future__ import annotations

from functools import cache

import dataframely as dy
import polars as pl


def breaks_no_rule(records: pl.DataFrame, record: type[dy.Schema]) -> bool:
    """Whether `record.is_valid` would hold; texts may be categories. False may be a false alarm, True never is."""
    types = _types(record)
    is_typed = all(
        dtype == types[name] or (types[name] == pl.String and isinstance(dtype, pl.Categorical))
        for name, dtype in records.schema.items()
        if name in types
    )
    if not is_typed or not types.keys() <= set(records.columns):
        return False
    nulls = records.null_count().row(0, named=True)
    is_whole = not any(nulls[name] for name, column in record.columns().items() if not column.nullable)
    return is_whole and bool(records.select(_other_rules(record)).item())


@cache
def _types(record: type[dy.Schema]) -> dict[str, pl.DataType]:
    return dict(record.create_empty().schema)


@cache
def _other_rules(record: type[dy.Schema]) -> pl.Expr:
    """Whether all rules hold but those that forbid nulls, which are sooner counted."""
    # `is_valid` makes and optimises a plan of all rules for every frame, which takes longer than evaluating them.
    # A rule that cannot be told, for want of a value, holds: whether one may be wanting is a rule of its own.
    rules = record._validation_rules(with_cast=False)
    others = (rule.expr for name, rule in rules.items() if not name.endswith("|nullability"))
    return pl.all_horizontal(pl.lit(True), *(expr.fill_null(True).all() for expr in others))
