"""The SQL models on disk: their grain, what they read, the order to run them in, and their columns' texts."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path

MODELS = Path(__file__).resolve().parent / "models"
SCRATCH = "staging"
# What the scratch database of the last generation would hold, where a night only changes that.
BEFORE = "before"
PUBLISHED = ("core", "mart", "metric", "ops")
# What the metrics count of one row is said once, here; as a table it would store the largest table twice.
PUBLISHED_VIEWS = frozenset({"core.incident_part"})

_GRAIN = re.compile(r"-- (?P<zh>.*[\u4e00-\u9fff].*?) / (?P<en>.+)")
_TABLE = re.compile(rf"\b(?:{'|'.join((SCRATCH, BEFORE, *PUBLISHED))})\.[a-z]\w*")


@dataclass(frozen=True)
class Text:
    """What something is, in both languages."""

    zh: str
    en: str

    def __str__(self) -> str:
        return f"{self.zh} / {self.en}"


@dataclass(frozen=True)
class Model:
    """One SELECT that makes one table or view; without a grain where the builder made it up itself."""

    schema: str
    name: str
    sql: str
    grain: Text | None = None

    @property
    def table(self) -> str:
        """The schema-qualified name."""
        return f"{self.schema}.{self.name}"

    @property
    def reads(self) -> frozenset[str]:
        """Every schema-qualified table that the SQL names."""
        without_comments = re.sub(r"--.*", "", self.sql)
        return frozenset(_TABLE.findall(without_comments))

    @property
    def kind(self) -> str:
        """A feed's own staging model only filters its archive: a view, so that nothing is written twice."""
        is_filter = self.schema in (SCRATCH, BEFORE) and f"{self.schema}.archive_{self.name}" in self.reads
        return "view" if is_filter or self.table in PUBLISHED_VIEWS else "table"

    @property
    def is_published(self) -> bool:
        """Whether the table becomes part of a generation."""
        return self.schema != SCRATCH


def read_models(folder: Path = MODELS) -> list[Model]:
    """All model files: folder = schema, file = table, first line = the grain in both languages.

    Raises:
        ValueError: a file does not begin with its grain.
    """
    return [_read_model(path) for path in sorted(folder.glob("*/*.sql"))]


def _read_model(path: Path) -> Model:
    sql = path.read_text("utf-8")
    grain = _GRAIN.fullmatch(sql.partition("\n")[0])
    if grain is None:
        raise ValueError(f"{path.parent.name}/{path.name}: the first line must be `-- 粒度 / grain`")
    return Model(path.parent.name, path.stem, sql, Text(grain["zh"], grain["en"]))


def in_dependency_order(models: Iterable[Model]) -> list[Model]:
    """Models such that each stands after all it reads; tables that no model makes are given.

    Raises:
        graphlib.CycleError: two models read each other.
    """
    by_table = {model.table: model for model in models}
    return [by_table[table] for table in dependencies(by_table.values()).static_order()]


def dependencies(models: Iterable[Model]) -> TopologicalSorter[str]:
    """Which of these models' tables read which others of them."""
    by_table = {model.table: model for model in models}
    return TopologicalSorter({t: sorted(m.reads & by_table.keys() - {t}) for t, m in by_table.items()})


@dataclass(frozen=True)
class ColumnTexts:
    """What every published column holds: a text for all tables that have the column, or one table's own."""

    common: Mapping[str, Text]
    own: Mapping[str, Mapping[str, Text]]

    def find(self, table: str, column: str) -> Text | None:
        """The text of a column, its table's own first."""
        return self.own.get(table, {}).get(column) or self.common.get(column)

    def problems(self, tables: Mapping[str, Iterable[str]]) -> list[str]:
        """Columns without a text, and texts that no column uses, of these tables and their columns."""
        columns = {(table, column) for table, names in tables.items() for column in names}
        own = {(table, column) for table, texts in self.own.items() for column in texts}
        served = {column for table, column in columns - own}
        missing = [f"{t}.{c}: no text" for t, c in sorted(columns) if self.find(t, c) is None]
        unused = [f"{t}.{c}" for t, c in sorted(own - columns)] + sorted(self.common.keys() - served)
        return missing + [f"{text}: a text without a column" for text in unused]


def read_column_texts(folder: Path = MODELS) -> ColumnTexts:
    """The texts of every columns.toml: table `common`, and one per `schema.table` with texts of its own."""
    tables: dict[str, dict[str, Text]] = {}
    for path in sorted(folder.glob("**/columns.toml")):
        for table, texts in tomllib.loads(path.read_text("utf-8")).items():
            known = tables.setdefault(table, {})
            known.update({column: Text(*text) for column, text in texts.items()})
    return ColumnTexts(tables.pop("common", {}), tables)
