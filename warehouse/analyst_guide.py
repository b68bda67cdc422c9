"""The analyst's guide as a document: docs/analysts.md, recipes and the dictionary of every table of a generation."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from warehouse.connection import open_generation
from warehouse.describe import TableDescription, describe
from warehouse.generations import NoGeneration, current_generation

COMMAND = "python -m warehouse.analyst_guide DATA > docs/analysts.md"
GUIDE = Path(__file__).with_name("analyst_guide.md")
# How the schemas are told of; `metric` has its own document.
SCHEMAS = {
    "core": ("明细与维表", "records and dimensions"),
    "mart": ("汇总表，各页用的就是它们", "sums, which the pages read"),
    "ops": ("装载情况", "how the data were loaded"),
}


def render(tables: Sequence[TableDescription]) -> str:
    """All of docs/analysts.md: the guide, then the tables."""
    guide = GUIDE.read_text("utf-8").format(command=COMMAND).strip()
    return "\n\n".join([guide, *_dictionary(tables)]) + "\n"


def _dictionary(tables: Sequence[TableDescription]) -> Iterator[str]:
    """The contents, then every table with its grain and columns, schema by schema."""
    for schema, (zh, en) in SCHEMAS.items():
        mine = [table for table in tables if table.name.partition(".")[0] == schema]
        yield f"### `{schema}`: {zh} / {en}"
        yield "\n".join(f"- [`{table.name}`](#{_anchor(table)}) {table.grain_zh} / {table.grain_en}" for table in mine)
        yield from map(_entry, mine)


def _entry(table: TableDescription) -> str:
    rows = "\n".join(f"| `{one.name}` | {one.type} | {one.zh} | {one.en} |" for one in table.columns)
    heading = f"#### {table.name}\n\n{table.grain_zh} / {table.grain_en}"
    return f"{heading}\n\n| 列 column | 类型 type | 中文 | English |\n|---|---|---|---|\n{rows}"


def _anchor(table: TableDescription) -> str:
    """As a heading's link is made: dots fall away."""
    return table.name.replace(".", "")


def main(data: Path) -> None:
    """Print the guide for the current generation of a data directory.

    Raises:
        NoGeneration: there is none.
    """
    generation = current_generation(data)
    if generation is None:
        raise NoGeneration(str(data))
    with open_generation(generation) as connection:
        print(render(describe(connection)), end="")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
