"""The operator's commands: python -m etl …"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from etl.demo import write_demo
from etl.doctor import examine
from etl.feeds import FEEDS
from etl.healing import RUNNING, forget_publication, remember
from etl.ledger import StatesDamaged, read_states, write_states
from etl.mapping import MappingError
from etl.night import verify_generation
from etl.progress import Shown, Silent
from etl.propose import propose as draft_mapping
from etl.pseudonyms import KeyRefused
from etl.readers import Unreadable
from etl.refresh import refresh as run_night
from etl.show import console, print_json, show_night, show_status
from etl.status import exit_code, quarantined_rows
from etl.status import status as read_status
from etl.trouble import tell
from warehouse.archive import ArchiveDamaged
from warehouse.generations import (
    Busy,
    NoGeneration,
    current_generation,
    is_intact,
    list_generations,
    named_generation,
    point_current,
    previous_generation,
    writer_lock,
)
from warehouse.redaction import redact
from warehouse.reference import reason_sentence

app = typer.Typer(no_args_is_help=True, add_completion=False, help="枫桥看板数据任务 / Fengqiao Board data jobs")
Data = Annotated[Path, typer.Option("--data", envvar="FENGQIAO_DATA", help="数据目录 / data directory")]
Json = Annotated[bool, typer.Option("--json", help="机器可读 / machine-readable")]


@contextmanager
def clear_errors() -> Iterator[None]:
    """Expected errors end in a sentence and exit code 1, not in a traceback."""
    try:
        yield
    except (MappingError, KeyRefused) as error:
        print(error, file=sys.stderr)
    except Busy as error:
        print(f"另一个任务正在写入 / another job is writing: {error}", file=sys.stderr)
    except NoGeneration as error:
        print(f"没有可用的数据版本 / no such generation: {error}", file=sys.stderr)
    except (OSError, ArchiveDamaged, StatesDamaged) as error:
        print(tell(error), file=sys.stderr)
    else:
        return
    raise typer.Exit(1)


@app.command()
def demo(
    data: Data = Path("data"),
    years: int = 4,
    incidents_per_year: int = 20_000,
    until: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"])] = datetime(2026, 10, 31),
    seed: int = 1,
    clean: Annotated[bool, typer.Option("--clean", help="不含脏数据 / tidy files")] = False,
) -> None:
    """写入合成演示数据并加载 / write a synthetic bureau's files and load them."""
    with clear_errors():
        clear_demo(data)
        write_demo(
            data,
            years=years,
            incidents_per_year=incidents_per_year,
            until=until.date(),
            seed=seed,
            clean=clean,
        )
        report = run_night(data)
        raise typer.Exit(show_night(report.as_json(), as_json=False))


def clear_demo(data: Path) -> None:
    """Make room for a demo bureau where nothing is or another demo bureau was; never where real data may be."""
    if not data.exists() or not any(data.iterdir()):
        return
    if not (data / "truth.json").is_file():
        print(f"{data} 不是演示目录，未作任何改动 / is no demo directory, nothing was touched", file=sys.stderr)
        raise typer.Exit(1)
    with writer_lock(data):
        for name in ("inbox", "archive", "key_index", "quarantine", "ledger", "building", "generations", "log"):
            shutil.rmtree(data / name, ignore_errors=True)
        for name in ("current", "truth.json", "batches.json", "inbox_index.json", "last_night.json", RUNNING):
            (data / name).unlink(missing_ok=True)


@app.command()
def refresh(
    data: Data = Path("data"),
    inbox: Annotated[Path | None, typer.Option(help="默认 DATA/inbox / default DATA/inbox")] = None,
    sources: Annotated[Path | None, typer.Option(help="本单位映射目录 / the bureau's own mappings")] = None,
    full: Annotated[bool, typer.Option("--full", help="全部重建 / rebuild from the archive")] = False,
    accept_drop: Annotated[
        bool, typer.Option("--accept-drop", help="接受骤减 / publish although records fall")
    ] = False,
    purge_inbox: Annotated[
        int | None,
        typer.Option(
            "--purge-inbox",
            min=0,
            metavar="DAYS",
            help="删除入库满 DAYS 天的报送文件 / delete files loaded DAYS days ago",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """夜间更新 / one night: load new files, build, verify, publish."""
    with clear_errors(), nullcontext(Silent()) if as_json else Shown(console) as watcher:
        report = run_night(
            data,
            inbox=inbox,
            sources=sources,
            full=full,
            accept_drop=accept_drop,
            purge_inbox=purge_inbox,
            watcher=watcher,
        )
        raise typer.Exit(show_night(report.as_json(), as_json=as_json))


@app.command()
def status(data: Data = Path("data"), as_json: Json = False) -> None:
    """昨夜是否正常 / was last night good, and what to do if not."""
    report = read_status(data)
    if as_json:
        print_json(report)
        raise typer.Exit(exit_code(report))
    show_status(report)
    raise typer.Exit(exit_code(report))


@app.command()
def verify(data: Data = Path("data"), as_json: Json = False) -> None:
    """读遍当前版本的每一列 / read back every column of the current generation."""
    current, named = current_generation(data), named_generation(data)
    if current is None:
        print("没有可用的数据版本 / no usable generation", file=sys.stderr)
        raise typer.Exit(1)
    found = [] if named in (None, current.id) else [f"{named}: 已损坏或丢失 / damaged or gone; {current.id} is shown"]
    if not is_intact(current):
        found.append(f"{current.id}: 与发布时不同 / not byte for byte what was published")
    with clear_errors():
        found += verify_generation(current.directory)
    if as_json:
        print_json({"generation": current.id, "sound": not found, "problems": found})
    else:
        console.print("\n".join(found) or f"{current.id}: 完好 / sound", highlight=False)
    raise typer.Exit(1 if found else 0)


@app.command()
def generations(data: Data = Path("data"), as_json: Json = False) -> None:
    """列出数据版本 / list the generations kept."""
    current = current_generation(data)
    rows = [
        {
            "id": generation.id,
            "built_at": generation.manifest["built_at"],
            "current": current is not None and generation.id == current.id,
            "batches": len(generation.batches),
            "rows": sum(generation.manifest["tables"].values()),
        }
        for generation in list_generations(data)
    ]
    if as_json:
        print_json(rows)
        return
    table = Table("", "id", "built_at", "batches", "rows")
    for row in rows:
        table.add_row(
            "→" if row["current"] else "", row["id"], row["built_at"], str(row["batches"]), f"{row['rows']:,}"
        )
    console.print(table)


@app.command()
def rollback(
    generation: Annotated[str | None, typer.Argument(metavar="[ID]")] = None, data: Data = Path("data")
) -> None:
    """回到旧版本 / go back to an older generation; the batches that it did not have are held."""
    with clear_errors(), writer_lock(data):
        # One that was gone back from is not gone back to: what is held from it stays out.
        states = read_states(data)
        current, target = current_generation(data), previous_generation(data, generation, without=states.held)
        if not is_intact(target):
            raise NoGeneration(f"{target.id} 已损坏 / is damaged")
        newer = set(current.batches if current else ()) - set(target.batches)
        states = states.hold(newer, f"rolled back to {target.id}", datetime.now())
        # The batches are held first: a crash between the two steps then loses nothing and brings nothing back.
        write_states(data, states)
        remember(data, target)
        forget_publication(data)
        point_current(data, target.id)
        console.print(f"当前版本 current: {target.id}; 暂缓批次 held: {len(newer)}", highlight=False)


@app.command()
def accept(batches: list[str], data: Data = Path("data")) -> None:
    """放行被暂缓的批次 / let held batches past the gate; the next refresh publishes them."""
    with clear_errors(), writer_lock(data):
        states = read_states(data)
        unknown = [batch for batch in batches if batch not in states.held]
        if unknown:
            held = " ".join(states.held) or "–"
            print(f"不在暂缓之列 / not held: {' '.join(unknown)}; 暂缓的有 / held are: {held}", file=sys.stderr)
            raise typer.Exit(1)
        write_states(data, states.stage(batches))
        console.print(
            f"已放行 {len(batches)} 个批次，下次 refresh 发布 / staged, the next refresh publishes",
            highlight=False,
        )


@app.command()
def quarantine(
    data: Data = Path("data"),
    reason: Annotated[str | None, typer.Option(help="原因代码 / reason code")] = None,
    as_json: Json = False,
) -> None:
    """被隔离的行及原因 / rows set aside, with where and why; identifiers are redacted."""
    rows = quarantined_rows(data, reason=reason)
    if as_json:
        print_json(rows.to_dicts())
        return
    table = Table("file", "line", "reason", "field", "found", "what to do")
    for row in rows.head(200).iter_rows(named=True):
        told = reason_sentence(row["reason_code"], language="zh", level="row", column=row["header"])
        cells = (row["file"], str(row["line"]), row["reason_code"], row["header"] or row["field"], row["values"] or "")
        table.add_row(*map(escape, cells), told.remedy)
    console.print(table)
    console.print(f"{min(rows.height, 200)} / {rows.height}")


@app.command()
def doctor(data: Data = Path("data"), as_json: Json = False) -> None:
    """检查运行环境 / check the key, the disk, permissions, versions and the clock."""
    findings = examine(data)
    if as_json:
        print_json(findings)
    else:
        for finding in findings:
            console.print(f"{'✓' if finding['ok'] else '✗'} {finding['check']}: {finding['found']}", highlight=False)
    raise typer.Exit(0 if all(finding["ok"] for finding in findings) else 3)


@app.command()
def fields(feed: Annotated[str | None, typer.Argument()] = None) -> None:
    """列出映射可填的字段 / list the fields that a mapping may fill."""
    table = Table("field", "kind", "required", "zh", "en", "code list", "feed")
    for name, one in FEEDS.items():
        for field in one.fields if feed in (None, name) else ():
            need = "✓" if field.required else ""
            table.add_row(field.name, field.kind, need, field.zh, field.en, field.code_list or "", name)
    console.print(table)


@app.command()
def propose(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="不认识的文件 / an unknown file")],
    out: Annotated[Path | None, typer.Option(help="写入这个文件 / write it there")] = None,
) -> None:
    """为不认识的文件起草来源说明 / draft a mapping for an unknown file; doubtful lines say TODO."""
    try:
        text = draft_mapping(file)
    except Unreadable as error:
        for language in ("zh", "en"):
            told = reason_sentence(
                error.code, language=language, level="file", found=redact(error.found), expected=redact(error.expected)
            )
            print(f"{told.sentence} {told.remedy}", file=sys.stderr)
        raise typer.Exit(1) from error
    if out is None:
        print(text, end="")
        return
    out.write_text(text, "utf-8")
    console.print(f"已写入 written: {escape(str(out))}", highlight=False)


if __name__ == "__main__":
    app()
