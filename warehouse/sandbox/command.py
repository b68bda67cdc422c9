"""python -m warehouse sql and sandbox-check: the sandbox in the shell."""

from __future__ import annotations

import csv
import getpass
import json
import math
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from warehouse.damage import SENTENCE, DamagedGeneration
from warehouse.sandbox import SCREEN, Language, NoAnswer, Refused, Result, run_sql
from warehouse.sandbox.proof import prove
from warehouse.seal import is_sealed

ANSWERED, EXCEEDED, REFUSED, WALL_MISSING = 0, 1, 2, 3


def run(database: Path, sql: str, *, form: str, limit: int, language: Language) -> int:
    """Ask, and print the answer as `table`, `json` or `csv`; what is to be said goes to standard error.

    Raises:
        DamagedGeneration: there is no answer because the file is not what was published.
    """
    try:
        result = run_sql(database, sql, limits=replace(SCREEN, rows=limit), user=_user())
    except NoAnswer as error:
        # One pass over the file, and only where no place in the statement is to blame.
        is_of_statement = isinstance(error, Refused) and error.line is not None
        if not is_of_statement and not is_sealed(database.parent, database.name):
            raise DamagedGeneration(SENTENCE.format(id=database.parent.name)) from error
        print(_told(error, language), file=sys.stderr)
        return REFUSED if isinstance(error, Refused) else EXCEEDED
    _PRINTERS[form](result)
    if result.is_truncated:
        shown = f"{result.row_count:,}"
        texts = {"zh": f"只显示前 {shown} 行，后面还有", "en": f"the first {shown} rows; there are more"}
        print(texts[language], file=sys.stderr)
    return ANSWERED


def check(*, as_json: bool) -> int:
    """Print which walls stand; 3 where one does not."""
    walls = prove()
    if as_json:
        print(json.dumps([vars(found) for found in walls], ensure_ascii=False, indent=1))
    else:
        for found in walls:
            print(f"{'✓' if found.stands else '✗'} {found.wall:<10} {found.found}")
    return ANSWERED if all(found.stands for found in walls) else WALL_MISSING


def _told(error: NoAnswer, language: Language) -> str:
    place = ""
    if isinstance(error, Refused) and error.line is not None:
        place = {
            "zh": f"第 {error.line} 行第 {error.column} 列：",
            "en": f"line {error.line}, column {error.column}: ",
        }[language]
    return place + error.reason_in(language)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def _print_json(result: Result) -> None:
    names = result.schema.names
    rows = [dict(zip(names, map(plain, row), strict=True)) for row in result.rows]
    print(json.dumps(rows, ensure_ascii=False, indent=1))


def _print_csv(result: Result) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(result.columns)
    writer.writerows(["" if value is None else _text(value) for value in row] for row in result.rows)


def _print_table(result: Result) -> None:
    shown = Table()
    for name, kind in zip(result.columns, result.types, strict=True):
        is_number = kind.startswith(("DECIMAL", "DOUBLE", "FLOAT", "HUGEINT")) or kind.endswith("INT")
        shown.add_column(name, justify="right" if is_number or kind == "INTEGER" else "left")
    for row in result.rows:
        shown.add_row(*("" if value is None else _text(value) for value in row))
    # A table of data is no markup: [red] in a cell stays what it is.
    Console(markup=False, highlight=False, emoji=False).print(shown)


_PRINTERS: dict[str, Callable[[Result], None]] = {"table": _print_table, "json": _print_json, "csv": _print_csv}


def plain(value: Any) -> Any:
    """A value as JSON has it: dates as text, decimals as numbers, infinity and NaN as null."""
    match value:
        case float():
            return value if math.isfinite(value) else None
        case Decimal():
            return plain(float(value))
        case datetime() | date() | time():
            return value.isoformat()
        case bytes():
            return value.hex()
        case dict():
            return {str(name): plain(one) for name, one in value.items()}
        case list() | tuple():
            return [plain(one) for one in value]
    return value


def _text(value: Any) -> str:
    if isinstance(value, (list, tuple, dict)):
        return json.dumps(plain(value), ensure_ascii=False)
    return str(plain(value)) if isinstance(value, (bytes, datetime)) else str(value)
