"""A generation whose file was changed is told in one sentence, whatever an analyst asks in the shell."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from etl.archive import write_templates
from tests.warehouse.small_archive import SmallArchive
from warehouse.__main__ import app
from warehouse.archive import read_batches
from warehouse.build import build
from warehouse.generations import DATABASE, publish

ASKED = (
    ("metric", "dispute_incident_count"),
    ("describe",),
    ("describe", "core.fct_incident"),
    ("sql", "select sum(incident_count), max(incident_key) from core.fct_incident"),
)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with a generation of one incident."""
    folder = tmp_path_factory.mktemp("published")
    archive = SmallArchive(folder)
    archive.deliver_orgs()
    archive.deliver("incident", {"key": "a", "incident_key": "a"})
    place = folder / "building" / "20260301T040000"
    build(
        place,
        batches=read_batches(folder / "archive"),
        templates=write_templates(folder / "templates"),
        generation_id=place.name,
        built_at=datetime(2026, 3, 1, 4, 0),
        code_version="t",
    )
    publish(folder, place, place.name, {})
    return folder


@pytest.mark.parametrize("where", ["at its beginning", "in every block"])
@pytest.mark.parametrize("arguments", ASKED, ids=" ".join)
def test_damage_is_one_sentence_in_both_languages_and_exit_1(
    arguments: tuple[str, ...], where: str, published: Path
) -> None:
    database = published / "current" / DATABASE
    whole = database.read_bytes()
    step = len(whole) if where == "at its beginning" else 4096
    try:
        with database.open("r+b") as handle:
            for offset in range(0 if step == len(whole) else 3 * 4096, len(whole), step):
                handle.seek(offset)
                handle.write(os.urandom(512))
        found = CliRunner().invoke(app, [*arguments, "--data", str(published)])
    finally:
        database.write_bytes(whole)
    assert found.exit_code == 1
    assert found.output.splitlines() == [
        "数据版本 20260301T040000 已损坏，无法读取：请运行 python -m etl refresh 重建 / "
        "generation 20260301T040000 is damaged and cannot be read: python -m etl refresh rebuilds it"
    ]


def test_what_is_wrong_with_the_question_is_not_blamed_on_the_file(published: Path) -> None:
    found = CliRunner().invoke(app, ["sql", "select nothing", "--data", str(published)])
    assert found.exit_code == 2
    assert "20260301T040000" not in found.output
