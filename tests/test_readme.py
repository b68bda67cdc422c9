"""Every command that exists is told of in the README, and the README names none that does not exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer

from etl.__main__ import app as etl_app
from warehouse.__main__ import app as warehouse_app

README = (Path(__file__).resolve().parents[1] / "README.md").read_text("utf-8")


def commands(app: typer.Typer) -> list[str]:
    return [str(command.name or command.callback.__name__) for command in app.registered_commands if command.callback]


@pytest.mark.parametrize("command", commands(etl_app))
def test_every_etl_command_is_in_the_readme(command: str) -> None:
    assert re.search(rf"python -m etl[^\n]*\b{command}\b|`{command}\b", README)


@pytest.mark.parametrize("command", commands(warehouse_app))
def test_every_warehouse_command_is_in_the_readme(command: str) -> None:
    assert f"python -m warehouse {command}" in README


def test_the_readme_names_no_command_that_does_not_exist() -> None:
    named = set(re.findall(r"python -m etl ([\w-]+)", README))
    assert named <= set(commands(etl_app))
    assert set(re.findall(r"python -m warehouse ([\w-]+)", README)) <= set(commands(warehouse_app))


def test_every_picture_and_document_that_the_readme_shows_is_there() -> None:
    for target in re.findall(r"\]\((?!http)([^)#]+)\)", README):
        assert (Path(__file__).resolve().parents[1] / target).is_file(), target
