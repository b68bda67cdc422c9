"""The analyst's commands: python -m warehouse …"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from warehouse.connection import open_generation
from warehouse.describe import UnknownTable
from warehouse.describe import describe as describe_tables
from warehouse.generations import current_generation

app = typer.Typer(no_args_is_help=True, add_completion=False, help="枫桥看板数据仓库 / Fengqiao Board warehouse")
console = Console()
Data = Annotated[Path, typer.Option("--data", envvar="FENGQIAO_DATA", help="数据目录 / data directory")]


@app.callback()
def main() -> None:
    """One command today; the comparison engine and the SQL workbench bring theirs."""


@app.command()
def describe(
    table: Annotated[str | None, typer.Argument(help="如 core.fct_incident")] = None,
    data: Data = Path("data"),
    as_json: Annotated[bool, typer.Option("--json", help="机器可读 / machine-readable")] = False,
) -> None:
    """表、粒度与各列含义 / tables, their grain and what every column holds."""
    generation = current_generation(data)
    if generation is None:
        print("没有可用的数据版本 / no usable generation: python -m etl refresh", file=sys.stderr)
        raise typer.Exit(1)
    try:
        with open_generation(generation) as connection:
            tables = describe_tables(connection, table)
    except UnknownTable as error:
        print(f"没有这张表 / no such table: {error}", file=sys.stderr)
        raise typer.Exit(1) from error
    if as_json:
        print(json.dumps([asdict(one) for one in tables], ensure_ascii=False, indent=1))
        return
    for one in tables:
        console.print(f"[bold]{one.name}[/] {one.grain_zh} / {one.grain_en}", highlight=False)
        shown = Table("column", "type", "中文 / English")
        for column in one.columns if table else ():
            shown.add_row(column.name, column.type, f"{column.zh} / {column.en}")
        if table:
            console.print(shown)


if __name__ == "__main__":
    app()
