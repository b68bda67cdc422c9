"""What there is to query: the tables of the generation and the macros of the metrics, for browser and completion."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from warehouse.describe import TableDescription
from warehouse.metric_catalogue import call_of
from warehouse.metrics import METRICS
from warehouse.reference import Language
from warehouse.wording import begin_sentence

SCHEMAS = ("core", "mart", "metric", "ops")
# What a metric's macro gives, as docs/metrics.md says.
MACRO_COLUMNS = (
    ("by_key", "VARCHAR", "维度的代码；不分维度时为空", "code of the dimension; null without one"),
    ("numerator", "DOUBLE", "分子", "numerator"),
    ("denominator", "DOUBLE", "分母；计数时为空", "denominator; null for counts"),
    ("value", "DOUBLE", "数值；比率为 0 至 1", "value; of a rate 0 to 1"),
)


@dataclass(frozen=True)
class Column:
    """A column: its type, and what it holds in the reader's language."""

    name: str
    type: str
    about: str


@dataclass(frozen=True)
class Table:
    """A table, view or macro: its grain (of a macro its definition) and columns, and a query to begin with.

    `rows` is None for views and macros.
    """

    schema: str
    name: str
    about: str
    rows: int | None
    columns: tuple[Column, ...]
    sample: str

    @property
    def full_name(self) -> str:
        """The name with its schema."""
        return f"{self.schema}.{self.name}"

    @property
    def is_macro(self) -> bool:
        """Whether it is called with days instead of read."""
        return self.schema == "metric"


def catalogue_of(
    tables: Sequence[TableDescription], macros: Collection[str], days: tuple[date, date], language: Language
) -> tuple[Table, ...]:
    """Everything that can be queried, by schema; `days` are those of the sample calls of macros."""
    found = [_table(one, language) for one in tables]
    found += [_macro(name, days, language) for name in METRICS if name in macros]
    return tuple(sorted(found, key=lambda one: SCHEMAS.index(one.schema) if one.schema in SCHEMAS else len(SCHEMAS)))


def _table(one: TableDescription, language: Language) -> Table:
    schema, _, name = one.name.partition(".")
    columns = tuple(
        Column(column.name, column.type, column.zh if language == "zh" else column.en) for column in one.columns
    )
    about = one.grain_zh if language == "zh" else one.grain_en
    return Table(schema, name, about, one.rows, columns, f"select *\nfrom {one.name}\nlimit 100")


def _macro(name: str, days: tuple[date, date], language: Language) -> Table:
    metric = METRICS[name]
    words = begin_sentence(metric.name.in_language(language))
    sign = "：" if language == "zh" else ": "
    columns = tuple(Column(column, kind, zh if language == "zh" else en) for column, kind, zh, en in MACRO_COLUMNS)
    about = f"{words}{sign}{metric.formula.in_language(language)}"
    return Table("metric", name, about, None, columns, call_of(metric, *days).removesuffix(";"))


def find(tables: Sequence[Table], asked: str, schema: str | None) -> list[Table]:
    """The tables of a schema whose name, grain or columns hold every word asked for, best matches first."""
    wanted = _fold(asked).split()
    own = [table for table in tables if schema in (None, table.schema)]
    kept = [table for table in own if all(word in _searched(table) for word in wanted)]
    return sorted(kept, key=lambda table: not all(word in _fold(f"{table.full_name} {table.about}") for word in wanted))


def _searched(table: Table) -> str:
    return _fold(" ".join([table.full_name, table.about, *(f"{one.name} {one.about}" for one in table.columns)]))


def _fold(words: str) -> str:
    """Full-width letters and capitals do not matter."""
    return unicodedata.normalize("NFKC", words).casefold()


def completions(tables: Sequence[Table], about: dict[str, str]) -> list[dict[str, Any]]:
    """What the editor offers while typing; `about` says what each schema holds."""
    return [
        {
            "schema": schema,
            "about": words,
            "tables": [
                {
                    "name": table.name,
                    "about": table.about,
                    "columns": [{"name": column.name, "about": column.about} for column in table.columns],
                    **({"call": _call(table)} if table.is_macro else {}),
                }
                for table in tables
                if table.schema == schema
            ],
        }
        for schema, words in about.items()
    ]


def _call(table: Table) -> str:
    return table.sample.partition(f"{table.schema}.")[2].strip()
