"""Progress: bars on a terminal, lines elsewhere, nothing in `--json`, and never the name of a file."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from etl.__main__ import app
from etl.progress import Shown
from tests.etl.nights import incidents, write_mapping, write_rows

NAME = "欧阳问天_20261001.csv"


def test_lines_tell_label_and_rows_where_there_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with Shown(Console(file=io.StringIO())) as watcher:
        watcher.begin(2)
        watcher.file("bureau_incident-0a1b2c3d")
        watcher.rows(10)
    assert capsys.readouterr().err == "1/2 bureau_incident-0a1b2c3d: 0 行 rows\n"


def test_a_terminal_gets_bars(capsys: pytest.CaptureFixture[str]) -> None:
    screen = io.StringIO()
    with Shown(Console(file=screen, force_terminal=True, width=100)) as watcher:
        watcher.begin(2)
        watcher.file("bureau_incident-0a1b2c3d")
        watcher.rows(1_234)
    assert "bureau_incident-0a1b2c3d" in screen.getvalue()
    assert capsys.readouterr().err == ""


def test_refresh_tells_its_progress_by_labels_and_json_stays_json(data: Path, tmp_path: Path) -> None:
    sources = write_mapping(tmp_path / "sources")
    write_rows(data / "inbox", NAME, incidents(5))
    done = CliRunner().invoke(app, ["refresh", "--data", str(data), "--sources", str(sources), "--json"])
    assert json.loads(done.stdout)["is_published"]
    assert done.stderr == ""
    write_rows(data / "inbox", f"b_{NAME}", incidents(5, start=20))
    done = CliRunner().invoke(app, ["refresh", "--data", str(data), "--sources", str(sources)])
    assert done.exit_code == 0
    (line,) = done.stderr.splitlines()
    assert line.startswith("1/1 own-")
    assert "欧阳" not in line
