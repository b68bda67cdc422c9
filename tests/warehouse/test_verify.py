"""A sound file is told from a broken, changed or incomplete one."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from tests.warehouse.small_archive import SmallArchive
from warehouse.build import BuildResult
from warehouse.scratch import BLOCK_BYTES
from warehouse.verify import content_hash, read_content, verify

BLOCK = BLOCK_BYTES


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> BuildResult:
    archive = SmallArchive(tmp_path_factory.mktemp("verify"))
    archive.deliver_orgs()
    archive.deliver(
        "incident", *({"key": f"{n}", "incident_key": f"p{n}", "received_hour": n % 24} for n in range(9000))
    )
    archive.deliver("satisfaction", *({"key": f"{n}", "weight": n / 7} for n in range(3000)))
    return archive.build()


@pytest.fixture
def copy(built: BuildResult, tmp_path: Path) -> Path:
    return Path(shutil.copy(built.database, tmp_path / "warehouse.duckdb"))


def change(path: Path, statement: str) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute(statement)


def test_a_fresh_build_is_sound(built: BuildResult) -> None:
    assert verify(built.database, built.content_hash) == []
    assert content_hash(built.database) == built.content_hash
    assert (built.rows["core.fct_incident"], built.rows["core.fct_satisfaction"]) == (9000, 3000)


def test_reading_everything_back_keeps_to_a_limit_of_memory(built: BuildResult) -> None:
    """A file is not damaged for want of memory: then nothing was found out."""
    few = "10MB"
    assert verify(built.database, built.content_hash, memory_limit=few) == []
    assert read_content(built.database, memory_limit=few) == read_content(built.database)
    for read in (read_content, lambda path, **limit: verify(path, built.content_hash, **limit)):
        with pytest.raises(duckdb.OutOfMemoryException):
            read(built.database, memory_limit="10kB")


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        (
            "update core.fct_incident set received_hour = 3 where received_hour = 2",
            "core.fct_incident differs",
        ),
        ("delete from core.fct_incident where received_hour = 2", "core.fct_incident differs"),
        ("insert into core.dim_org select * from core.dim_org limit 1", "core.dim_org differs"),
        ("drop table mart.beat_month", "mart.beat_month is missing"),
        ("create table core.extra (a integer)", "core.extra is not in the manifest"),
    ],
)
def test_a_change_is_noticed(built: BuildResult, copy: Path, statement: str, problem: str) -> None:
    change(copy, statement)
    found = verify(copy, built.content_hash)
    assert len(found) == 1
    assert found[0].startswith(problem)


def test_values_that_change_places_are_noticed(built: BuildResult, copy: Path) -> None:
    change(copy, "update core.dim_org set name = short_name, short_name = name")
    assert verify(copy, built.content_hash) == ["core.dim_org differs from what was built"]


def test_rows_in_another_order_are_the_same_content(built: BuildResult, copy: Path) -> None:
    change(copy, "create table core.other as select * from core.fct_incident order by incident_key")
    change(copy, "drop table core.fct_incident")
    change(copy, "alter table core.other rename to fct_incident")
    assert content_hash(copy) == built.content_hash


def test_floating_point_columns_and_ops_are_left_out_of_the_comparison(built: BuildResult, copy: Path) -> None:
    change(copy, "update core.fct_satisfaction set weight = weight + 1")
    change(copy, "update ops.generation set code_version = 'another'")
    assert verify(copy, built.content_hash) == []


def damage(path: Path, block: int) -> None:
    """Flip one bit in the middle of one block; three headers of 4096 bytes stand before the first."""
    with path.open("r+b") as handle:
        handle.seek(3 * 4096 + block * BLOCK + BLOCK // 2)
        (old,) = handle.read(1)
        handle.seek(-1, os.SEEK_CUR)
        handle.write(bytes([old ^ 1]))


def blocks_of(path: Path, table: str) -> set[int]:
    with duckdb.connect(str(path), read_only=True) as connection:
        rows = connection.execute(f"select distinct block_id from pragma_storage_info('{table}')").fetchall()
    return {block for (block,) in rows if block is not None and block >= 0}


@pytest.mark.parametrize("table", ["core.fct_incident", "core.fct_satisfaction", "ops.load_file"])
def test_every_damaged_block_is_noticed(built: BuildResult, tmp_path: Path, table: str) -> None:
    blocks = blocks_of(built.database, table)
    assert blocks
    for block in sorted(blocks):
        damaged = Path(shutil.copy(built.database, tmp_path / f"{block}.duckdb"))
        damage(damaged, block)
        assert verify(damaged, built.content_hash) != [], f"block {block}"


def test_a_file_that_is_no_database_or_cut_short_is_not_sound(built: BuildResult, copy: Path) -> None:
    copy.write_bytes(copy.read_bytes()[: BLOCK * 2])
    assert verify(copy, built.content_hash) != []
    copy.write_bytes(b"not a database")
    assert verify(copy, built.content_hash) != []


def run(path: Path, manifest: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "warehouse.verify", str(path), str(manifest)]
    return subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False)


def test_the_command_exits_with_0_for_a_sound_file_and_1_for_another(built: BuildResult, copy: Path) -> None:
    manifest = copy.with_name("manifest.json")
    manifest.write_text(json.dumps({"content_hash": built.content_hash}), "utf-8")
    assert run(copy, manifest).returncode == 0
    change(copy, "delete from core.fct_satisfaction")
    done = run(copy, manifest)
    assert (done.returncode, done.stderr) == (1, "core.fct_satisfaction differs from what was built\n")


def test_verification_starts_without_polars() -> None:
    program = "import sys, warehouse.verify; print('polars' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "False\n"
