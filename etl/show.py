"""How reports look on a terminal."""

from __future__ import annotations

import json
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from etl.status import exit_code

console = Console()
VERDICTS = {
    0: "✓ 昨夜正常 / last night was good",
    3: "! 需要查看 / needs a look",
    1: "✗ 没有可用的数据版本 / no usable generation",
}
# The rest is in `status --json`: all is to be seen on one screen.
REFUSALS_SHOWN = 4


def print_json(content: Any) -> None:
    """JSON on standard output, Chinese as it is."""
    print(json.dumps(content, ensure_ascii=False, indent=1, default=str))


def show_night(report: dict[str, Any], *, as_json: bool) -> int:
    """Print a night's report; its exit code."""
    if as_json:
        print_json(report)
        return int(report["exit_code"])
    for text in report["notes"]:
        console.print(text, highlight=False, markup=False)
    for info in report["loaded"]:
        console.print(
            f"[blue]已加载[/] {info['feed']} {escape(info['file'])}: rows_in {info['rows_in']}, "
            f"quarantined {info['quarantined']}, dropped {info['dropped']}",
            highlight=False,
        )
    for entry in report["refused"]:
        where = f" 工作表 / sheet {entry['sheet']}" if entry["sheet"] else ""
        where += f" 第{entry['line']}行 / line {entry['line']}" if entry["line"] else ""
        told = escape(f"{entry['file']}{where}: {entry['zh']} / {entry['en']}")
        console.print(f"[bold]拒收 refused[/] {told}", highlight=False)
    for batch in report["held"]:
        console.print(f"[bold]暂缓 held[/] {batch}: python -m etl accept {batch}", highlight=False)
    for text in report["problems"]:
        console.print(f"[bold]问题 problem[/] {escape(text)}", highlight=False)
    if report["purged"]:
        console.print(f"已删除报送文件 inbox files deleted: {report['purged']}", highlight=False)
    outcome = f"已发布 published {report['generation']}" if report["is_published"] else "没有发布 nothing published"
    console.print(f"{outcome}; exit {report['exit_code']}", highlight=False)
    return int(report["exit_code"])


def show_status(report: dict[str, Any]) -> None:
    """Whether last night was good, what to do if not, and the totals: one screen."""
    night = report["night"] or {}
    console.print(f"[bold]{VERDICTS[exit_code(report)]}[/]", highlight=False)
    for problem in report["problems"]:
        console.print(f"• {problem}", highlight=False, markup=False)
    for entry in [entry for entry in report["files"] if entry["status"] == "refused"][:REFUSALS_SHOWN]:
        console.print(f"  拒收 refused {entry['file']}: {entry['zh']}", highlight=False, markup=False)
    running = "  正在运行 running" if report["is_running"] else ""
    console.print(
        f"数据版本 generation: {report['generation']}  生成时间 built at: {report['built_at']}", highlight=False
    )
    console.print(f"昨夜 last night: {night.get('finished_at', '–')}{running}", highlight=False)
    names = ("feed", "rows_in", "loaded", "quarantined", "duplicates", "dropped", "records")
    table = Table(*names, "数据截至 data until")
    for feed, counts in report["feeds"].items():
        table.add_row(feed, *(f"{counts[name]:,}" for name in names[1:]), report["data_until"].get(feed, "–"))
    console.print(table)
