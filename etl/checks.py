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
    return is_typed and types.keys() <= set(records.columns) and bool(records.select(_all_rules(record)).item())


@cache
def _types(record: type[dy.Schema]) -> dict[str, pl.DataType]:
    return dict(record.create_empty().schema)


@cache
def _all_rules(record: type[dy.Schema]) -> pl.Expr:
    # `is_valid` makes and optimises a plan of all rules for every frame, which takes longer than evaluating them.
    # A rule that cannot be told, for want of a value, holds: whether one may be wanting is a rule of its own.
    rules = record._validation_rules(with_cast=False)
    return pl.all_horizontal(rule.expr.fill_null(True).all() for rule in rules.values())
