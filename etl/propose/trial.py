"""Load a file with its draft into a folder that is thrown away, and say what came of it."""

from __future__ import annotations

import secrets
import tempfile
from datetime import datetime
from pathlib import Path

from etl.inbox import InboxFile, layout_of
from etl.job import Job
from etl.load import load_file
from etl.mapping import read_mapping
from etl.organisations import Organisations
from etl.propose.sample import Sample
from etl.pseudonyms import Key
from etl.readers import Unreadable, open_table


def try_draft(text: str, path: Path, sample: Sample) -> list[str]:
    """Counts, in words; raises MappingError where the draft is no mapping."""
    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder) / "draft.toml"
        draft.write_text(text, "utf-8")
        mapping = read_mapping(draft)
        stat = path.stat()
        file = InboxFile(path, sample.name, stat.st_size, stat.st_mtime_ns, stat.st_ino)
        job = Job(Path(folder), Key(secrets.token_bytes(32)), Organisations(), datetime.now(), "", "")
        try:
            table = open_table(path, sample.kind, layout_of(mapping))
            if table is None:
                raise Unreadable("unknown_layout")
            info = load_file(file, "0" * 64, mapping, table, job)
        except Unreadable as error:
            return [f"试装被拒 / the trial was refused: {error.code}"]
    reasons = ", ".join(f"{code} {rows}" for code, rows in info["quarantined_by_reason"].items())
    return [
        f"试装 / trial: rows_in {info['rows_in']}, records {info['records']}, "
        f"quarantined {info['quarantined']}{f' ({reasons})' if reasons else ''}, dropped {info['dropped']}",
        f"日期范围 / days: {info['earliest_on']} – {info['latest_on']}",
    ]
