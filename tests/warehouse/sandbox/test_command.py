"""python -m warehouse sql and sandbox-check, as the shell sees them."""

from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from tests.warehouse.sandbox.analyst import Place
from warehouse.__main__ import app
from warehouse.generations import MANIFEST
from warehouse.sandbox import audit, command
from warehouse.sandbox.walls import Wall, WallFound


@pytest.fixture(scope="module")
def data(place: Place, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory whose current generation is the analyst's database."""
    data = tmp_path_factory.mktemp("data")
    folder = data / "generations" / "20261101T020000"
    folder.mkdir(parents=True)
    shutil.copy(place.database, folder / "warehouse.duckdb")
    (folder / MANIFEST).write_text("{}")
    (data / "current").symlink_to(Path("generations") / folder.name)
    return data


def run(data: Path, *arguments: str, language: str = "en") -> Result:
    return CliRunner().invoke(app, [*arguments, "--data", str(data)], env={"FENGQIAO_LANG": language})


def test_json_is_a_list_of_objects(data: Path) -> None:
    done = run(data, "sql", "select 1 as a, 'x' as b, date '2024-01-01' as c, 1.5 as d, null as e", "--format", "json")
    assert done.exit_code == 0
    assert json.loads(done.stdout) == [{"a": 1, "b": "x", "c": "2024-01-01", "d": 1.5, "e": None}]


def test_json_has_neither_infinity_nor_nan(data: Path) -> None:
    done = run(data, "sql", "select 'nan'::double as a, ['inf'::double] as b", "--format", "json")
    assert json.loads(done.stdout) == [{"a": None, "b": [None]}]


def test_csv_has_a_header_and_nothing_for_null(data: Path) -> None:
    done = run(data, "sql", "select 'a,\"b' as x, null as y, [1, 2] as z", "--format", "csv")
    assert list(csv.reader(io.StringIO(done.stdout))) == [["x", "y", "z"], ['a,"b', "", "[1, 2]"]]


def test_a_table_shows_the_cells_as_they_are(data: Path) -> None:
    done = run(data, "sql", "select '[red]x' as name, 5 as n")
    assert done.exit_code == 0
    assert "[red]x" in done.stdout


def test_limit_cuts_and_says_so(data: Path) -> None:
    done = run(data, "sql", "from mart.visit order by id", "--limit", "2", "--format", "json")
    assert [row["id"] for row in json.loads(done.stdout)] == [0, 1]
    assert "the first 2 rows" in done.stderr


@pytest.mark.parametrize(
    ("language", "piece"), [("zh", "第 1 行第 6 列：不能读取"), ("en", "line 1, column 6: secret")]
)
def test_a_refusal_is_one_sentence_in_the_chosen_language(data: Path, language: str, piece: str) -> None:
    done = run(data, "sql", "from secret.person", language=language)
    assert (done.exit_code, done.stdout) == (command.REFUSED, "")
    assert piece in done.stderr
    assert done.stderr.count("\n") == 1


def test_without_a_generation_the_next_step_is_told(tmp_path: Path) -> None:
    done = run(tmp_path, "sql", "select 1")
    assert done.exit_code == 1
    assert "python -m etl refresh" in done.stderr


def test_what_is_asked_in_the_shell_is_written_down_too(data: Path) -> None:
    run(data, "sql", "select 'only here'", "--format", "json")
    assert "select 'only here'" in [line["sql"] for line in audit.read(data / "audit")]


def test_the_check_tells_every_wall() -> None:
    done = CliRunner().invoke(app, ["sandbox-check", "--json"])
    assert {wall["wall"] for wall in json.loads(done.stdout)} == set(Wall)


def test_a_missing_wall_is_told_by_the_exit_code(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.setattr(command, "prove", lambda: [WallFound(Wall.LANDLOCK, False, "none")])
    assert command.check(as_json=False) == command.WALL_MISSING
    assert capsys.readouterr().out.startswith("✗ landlock")
