"""What the operations manual tells an operator to run exists, and its units say what they must."""

from __future__ import annotations

import configparser
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from typer.main import get_command

from etl.__main__ import app as etl_app
from warehouse.__main__ import app as warehouse_app

ROOT = Path(__file__).resolve().parents[1]
MANUAL = (ROOT / "docs" / "operations.md").read_text("utf-8")
APPS = {"etl": etl_app, "warehouse": warehouse_app}


def told_commands() -> Iterator[list[str]]:
    """Every `python -m etl …` and `python -m warehouse …` of the manual, in words."""
    for line in re.findall(r"python -m (?:etl|warehouse)\b[^`\n|]*", MANUAL):
        yield shlex.split(line.partition("#")[0])[2:]


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", MANUAL, re.DOTALL)


def unit(text: str) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(strict=True)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(text)
    return parser


def options_of(app: typer.Typer, command: str) -> set[str]:
    found = get_command(app).commands[command]  # type: ignore[attr-defined]
    return {option for parameter in found.params for option in parameter.opts}


@pytest.mark.parametrize("words", list(told_commands()), ids=" ".join)
def test_every_command_of_the_manual_exists_with_its_options(words: list[str]) -> None:
    app, command, rest = APPS[words[0]], words[1], words[2:]
    options = {word.partition("=")[0].rstrip(".,;:") for word in rest if word.startswith("--")}
    assert options <= options_of(app, command)


def test_the_units_run_the_nightly_job_and_nothing_else_writable() -> None:
    service, timer = map(unit, blocks("ini"))
    start = shlex.split(service["Service"]["ExecStart"])
    assert start[1:4] == ["-m", "etl", "refresh"]
    assert service["Service"]["ReadWritePaths"] == start[start.index("--data") + 1]
    assert service["Service"]["SuccessExitStatus"] == "3"
    assert service["Service"]["Type"] == "oneshot"
    hardened = {"ProtectSystem": "strict", "NoNewPrivileges": "true", "PrivateNetwork": "true", "PrivateTmp": "true"}
    assert {name: service["Service"][name] for name in hardened} == hardened
    assert timer["Timer"]["Persistent"] == "true"


def test_the_cron_line_runs_what_the_unit_runs() -> None:
    (line,) = blocks("cron")
    service = unit(blocks("ini")[0])["Service"]
    assert line.startswith("10 2 * * * ")
    assert service["ExecStart"].partition(" -m ")[2] == line.partition(" -m ")[2].strip()


def test_the_container_is_made_of_files_that_are_there() -> None:
    (text,) = blocks("dockerfile")
    for name in ("requirements.lock", "pyproject.toml", "app.py"):
        assert name in text
        assert (ROOT / name).is_file()
