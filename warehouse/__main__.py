"""The analyst's commands: python -m warehouse …"""

from __future__ import annotations

import csv
import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import duckdb
import typer
from rich.console import Console
from rich.table import Table

from warehouse import bulletin_command
from warehouse.comparison import BadPeriod, NotAsked, ask, compare, explain, read_facts
from warehouse.comparison_row import ComparisonRow
from warehouse.connection import open_generation
from warehouse.damage import DamagedGeneration, telling_damage
from warehouse.describe import UnknownTable
from warehouse.describe import describe as describe_tables
from warehouse.dimensions import TIMES
from warehouse.disclosure import suppress
from warehouse.generations import Generation, current_generation
from warehouse.metrics import METRICS
from warehouse.reference import Language
from warehouse.sandbox import command as sandbox_command
from warehouse.wording import format_base, format_change, format_period, format_value, format_verdict, sentence_of

app = typer.Typer(no_args_is_help=True, add_completion=False, help="枫桥看板数据仓库 / Fengqiao Board warehouse")
console = Console()
Data = Annotated[Path, typer.Option("--data", envvar="FENGQIAO_DATA", help="数据目录 / data directory")]


class Format(StrEnum):
    """How an answer is printed."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


class BasisName(StrEnum):
    """What a period is compared with."""

    YOY = "yoy"
    PREVIOUS = "previous"
    LUNAR = "lunar"


@app.callback()
def main() -> None:
    """Figures and tables of the generation that the board shows."""


@contextmanager
def _warehouse(data: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The current generation, read-only; exit 1 where there is none, or it is damaged."""
    with _reading(data) as generation, open_generation(generation) as connection:
        yield connection


@contextmanager
def _reading(data: Path) -> Iterator[Generation]:
    generation = current_generation(data)
    if generation is None:
        print("没有可用的数据版本 / no usable generation: python -m etl refresh", file=sys.stderr)
        raise typer.Exit(1)
    try:
        with telling_damage(generation):
            yield generation
    except DamagedGeneration as error:
        print(error, file=sys.stderr)
        raise typer.Exit(1) from error


@app.command()
def metric(
    name: Annotated[str, typer.Argument(help="指标 / metric: docs/metrics.md")],
    data: Data = Path("data"),
    period: Annotated[
        str, typer.Option(help="2025, 2025-Q1, 2025-03, ytd, rolling12, latest-month …")
    ] = "latest-month",
    basis: Annotated[BasisName, typer.Option(help="同比 yoy，环比 previous，农历 lunar")] = BasisName.YOY,
    by: Annotated[list[str] | None, typer.Option(help="维度，可重复 / dimension, repeatable")] = None,
    where: Annotated[list[str] | None, typer.Option(help="维度=代码，可重复 / DIMENSION=CODE, repeatable")] = None,
    public: Annotated[bool, typer.Option("--public", help="隐去1—4的小数 / suppress counts of 1 to 4")] = False,
    sql: Annotated[bool, typer.Option("--sql", help="只显示 SQL / show the SQL instead")] = False,
    format: Annotated[Format, typer.Option(help="输出格式 / output")] = Format.TABLE,
) -> None:
    """任一公布数及其比较 / any published number, compared: the same code path as the pages."""
    language: Language = "en" if os.environ.get("FENGQIAO_LANG") == "en" else "zh"
    with _warehouse(data) as connection:
        facts = read_facts(connection)
        try:
            question = ask(facts, name, period, basis=basis.value, by=by or (), where=_filters(where or ()))
        except (NotAsked, BadPeriod) as error:
            print(error, file=sys.stderr)
            raise typer.Exit(2) from error
        if sql:
            print(explain(facts, question))
            return
        rows = compare(facts, question, language=language)
        if public:
            total = compare(facts, ask(facts, name, period, basis=basis.value, where=_filters(where or ())))
            try:
                rows = suppress(rows, total=total[0] if question.by else None)
            except ValueError as error:
                print(f"公开表最多两个维度 / {error}", file=sys.stderr)
                raise typer.Exit(2) from error
    _PRINTERS[format](rows, language)


def _filters(where: Sequence[str]) -> dict[str, list[str]]:
    """DIMENSION=CODE …: the same dimension again widens, another one narrows."""
    filters: dict[str, list[str]] = {}
    for item in where:
        dimension, sign, code = item.partition("=")
        if not sign or not code:
            raise NotAsked(f"--where 写作 维度=代码 / is written DIMENSION=CODE: {item}")
        filters.setdefault(dimension, []).append(code)
    return filters


def _print_json(rows: Sequence[ComparisonRow], language: Language) -> None:
    print(json.dumps([row.as_record() for row in rows], ensure_ascii=False, indent=1))


def _print_csv(rows: Sequence[ComparisonRow], language: Language) -> None:
    records = [row.as_record() for row in rows]
    if not records:
        return
    writer = csv.DictWriter(sys.stdout, records[0].keys(), lineterminator="\n")
    writer.writeheader()
    for record in records:
        writer.writerow(record | {"flags": " ".join(record["flags"])})


def _print_table(rows: Sequence[ComparisonRow], language: Language) -> None:
    if not rows:
        print("没有数据 / no data")
        return
    definition, first = METRICS[rows[0].metric], rows[0]
    if not first.keys:
        console.print(
            sentence_of(first, definition, unit_name="全局" if language == "zh" else "the bureau", language=language),
            highlight=False,
        )
    zh = language == "zh"
    heads = ("数值", "基期", "变化", "判断", "标记") if zh else ("value", "base", "change", "verdict", "flags")
    times = [dimension for dimension in first.keys if dimension in TIMES]
    names = [dimension for dimension in first.keys if dimension not in TIMES]
    title = f"{definition.name.in_language(language)}  {format_period(first.period, language)}"
    shown = Table(*names, *times, *heads, title=title)
    for row in rows:
        keys = [str(row.names[name]) for name in [*names, *times]]
        shown.add_row(
            *keys,
            format_value(row, definition, language),
            format_base(row, definition, language),
            format_change(row, definition, language),
            format_verdict(row, definition, language),
            " ".join(row.flags),
        )
    console.print(shown)


_PRINTERS = {Format.JSON: _print_json, Format.CSV: _print_csv, Format.TABLE: _print_table}


@app.command()
def describe(
    table: Annotated[str | None, typer.Argument(help="如 core.fct_incident")] = None,
    data: Data = Path("data"),
    as_json: Annotated[bool, typer.Option("--json", help="机器可读 / machine-readable")] = False,
) -> None:
    """表、粒度与各列含义 / tables, their grain and what every column holds."""
    with _warehouse(data) as connection:
        try:
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


@app.command()
def bulletin(
    data: Data = Path("data"),
    period: Annotated[
        str, typer.Option(help="2025, 2025-Q1, 2025-03, ytd, rolling12, latest-month …")
    ] = "latest-month",
    out: Annotated[Path | None, typer.Option(help="写到哪个 HTML 文件 / the HTML file to write")] = None,
    check: Annotated[Path | None, typer.Option(help="复核已有的简报 / check an existing bulletin")] = None,
    lang: Annotated[str | None, typer.Option(help="zh 或 en / zh or en")] = None,
    where: Annotated[list[str] | None, typer.Option(help="维度=代码，可重复 / DIMENSION=CODE, repeatable")] = None,
    public: Annotated[bool, typer.Option("--public", help="隐去1—4的小数 / suppress counts of 1 to 4")] = False,
) -> None:
    """可打印的简报，每个数都复核过才写出 / a printable bulletin, refused where a figure does not reproduce."""
    chosen = lang or os.environ.get("FENGQIAO_LANG") or "zh"
    if (out is None) == (check is None) or chosen not in ("zh", "en"):
        print("--out 与 --check 二选一，--lang 为 zh 或 en / give --out or --check, --lang zh or en", file=sys.stderr)
        raise typer.Exit(2)
    try:
        filters = {name: tuple(codes) for name, codes in _filters(where or ()).items()}
    except NotAsked as error:
        print(error, file=sys.stderr)
        raise typer.Exit(2) from error
    language: Language = "en" if chosen == "en" else "zh"
    code = bulletin_command.run(
        data, out=out, check=check, period=period, where=filters, language=language, is_public=public
    )
    raise typer.Exit(code)


@app.command()
def sql(
    statement: Annotated[str, typer.Argument(help="一条查询 / one statement: from mart.visit_month limit 10")],
    data: Data = Path("data"),
    format: Annotated[Format, typer.Option(help="输出格式 / output")] = Format.TABLE,
    limit: Annotated[int, typer.Option(min=0, help="最多几行 / rows at most")] = 10_000,
) -> None:
    """对当前数据版本运行一条只读查询，与网页用同一个沙箱 / one reading statement, in the sandbox of the page."""
    language: Language = "en" if os.environ.get("FENGQIAO_LANG") == "en" else "zh"
    with _reading(data) as generation:
        code = sandbox_command.run(generation.database, statement, form=format.value, limit=limit, language=language)
    raise typer.Exit(code)


@app.command(name="sandbox-check")
def sandbox_check(
    as_json: Annotated[bool, typer.Option("--json", help="机器可读 / machine-readable")] = False,
) -> None:
    """本机的沙箱有哪几道墙，逐一验证；缺一则退出码 3 / which walls of the sandbox stand, each tried; else exit 3."""
    raise typer.Exit(sandbox_command.check(as_json=as_json))


if __name__ == "__main__":
    app()
