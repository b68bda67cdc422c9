"""Write a plan as TOML, with every doubt as a comment that begins with `# TODO 核对`."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from etl.propose.plan import Entry, Plan
from etl.propose.sample import Sample
from etl.readers import FileKind
from warehouse.redaction import redact

TODO = "# TODO 核对"
MOST_HEADERS = 6
MOST_LISTED = 40


def write_draft(plan: Plan, sample: Sample, *, trial: Sequence[str]) -> str:
    """The text of the mapping; `trial`: what loading the file with it gave."""
    blocks = [_top(plan, trial), _match(plan, sample), _read(sample), _columns(plan), _unpivot(plan), _keys(plan)]
    blocks += [_table(f"[[register.{kind}]]", block) for kind, block in plan.registers]
    return "\n".join(block for block in (*blocks, _privacy(plan, sample)) if block)


def _top(plan: Plan, trial: Sequence[str]) -> str:
    lines = [
        "# 草稿，由 python -m etl propose 生成：逐行核对后放入 --sources 目录。",
        "# A draft: check every line, then put it into the --sources folder.",
    ]
    lines += [f"# {line}" for line in trial]
    lines += [f"{TODO}: {doubt}" for doubt in plan.doubts]
    lines.append(f'feed = "{plan.feed}"  {TODO}: 这份文件属于哪一类 / what the file is about')
    lines.append('title = { zh = "待命名", en = "to be named" }')
    if plan.feed != "none":
        lines.append(
            f'delivery = "delta"  {TODO}: 每次都交全量时改为 "snapshot" / "snapshot" where each file is the whole'
        )
    return "\n".join(lines) + "\n"


def _match(plan: Plan, sample: Sample) -> str:
    """The name without its numbers, and headers that the entries read."""
    stem = sample.name.removesuffix(".gz").rpartition(".")[0] or sample.name
    pattern = "*" + re.sub(r"[\d*?\[\]\ufffd]+", "*", stem) + "*"
    is_used = plan.used
    headers = [header for header in sample.table.headers if header in is_used or plan.feed == "none"]
    listed = [header for header in headers if not _is_placeholder(header)][:MOST_HEADERS]
    files = f"files = [{_toml(re.sub(r'[*]+', '*', pattern))}]  {TODO}: 适用于哪些文件名 / which file names"
    return f"[match]\n{files}\nheaders = {_toml(listed)}\n"


def _read(sample: Sample) -> str:
    keys: dict[str, Any] = {}
    if sample.encoding:
        keys["encoding"] = sample.encoding
    if sample.delimiter:
        keys["delimiter"] = sample.delimiter
    if sample.sheet:
        keys["sheet"] = sample.sheet
    if sample.kind is FileKind.PARQUET:
        keys["trusted"] = True
    return _table("[read]", keys) if keys else ""


def _columns(plan: Plan) -> str:
    if not plan.columns:
        return ""
    lines = ["[columns]"]
    for name, entry in plan.columns.items():
        lines.append(f"{name} = {_short(entry)}" + (f"  {TODO}: {entry.doubt}" if entry.doubt else ""))
        lines += [f'#   {_toml(word)} = "…"' for word in entry.words[:MOST_LISTED]]
    return "\n".join(lines) + "\n"


def _short(entry: Entry) -> str:
    return _toml(entry.keys["from"]) if list(entry.keys) == ["from"] else _toml(entry.keys)


def _unpivot(plan: Plan) -> str:
    return _table("[unpivot]", plan.unpivot) if plan.unpivot else ""


def _keys(plan: Plan) -> str:
    if not plan.key:
        return ""
    doubt = f"  {TODO}: {plan.key_doubt}" if plan.key_doubt else ""
    return f"[keys]\nrecord = {_toml(plan.key)}{doubt}\n"


def _privacy(plan: Plan, sample: Sample) -> str:
    """Headers only: those that promise persons, and those that nobody reads."""
    read = plan.used | {
        header for header in sample.table.headers if plan.unpivot and re.match(plan.unpivot["headers"], header)
    }
    personal = [header for header in plan.personal if not _is_placeholder(header)]
    others = [header for header in sample.table.headers if header not in read and header not in personal]
    lines = (
        [f"# 未取用的列 / columns not read: {', '.join(map(redact, others[:MOST_LISTED]))}"]
        if others and plan.feed != "none"
        else []
    )
    if personal:
        lines += ["[privacy]", f"drop = {_toml(personal)}"]
    return "\n".join(lines) + "\n" if lines else ""


def _is_placeholder(header: str) -> bool:
    return re.match(r"^列\d+'*$", header) is not None


def _table(name: str, keys: dict[str, Any]) -> str:
    return "\n".join([name, *(f"{key} = {_toml(value)}" for key, value in keys.items())]) + "\n"


def _toml(value: Any) -> str:
    """A value in TOML; JSON's texts are TOML's basic strings."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_toml(one)}" for key, one in value.items()) + " }"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_toml, value)) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
