"""A batch is archived whole or not at all, whichever step of writing it fails."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from etl.archive import ArchiveWriter, empty_records
from etl.feeds import FEEDS
from etl.quarantine import QUARANTINE
from tests.etl.faulty_disk import FAULTS, faulty
from warehouse.archive import ArchiveDamaged, read_batches

FEED = FEEDS["org"]
BATCH = "20261001-own-000000000000"


def archive_one(data: Path, *, at: int | None = None, fault: str = "") -> list[str]:
    """Archive a batch of one record and one quarantined row; the steps of its commit, of which one may fail."""
    info: dict[str, Any] = {"batch": BATCH, "feed": FEED.name, "delivered_at": "2026-10-01", "file": "a.csv"}
    with ArchiveWriter(data, FEED, BATCH) as writer:
        line = pl.DataFrame({"line": [2]}, {"line": pl.UInt32})
        writer.append(pl.concat([empty_records(FEED), line], how="diagonal"))
        writer.set_aside(pl.DataFrame(schema=QUARANTINE).clear(1))
        with faulty(at, fault) as disk:
            writer.commit(info)
    return disk.steps


@pytest.mark.parametrize("fault", FAULTS)
def test_a_step_that_fails_leaves_a_whole_batch_or_none(tmp_path: Path, fault: str) -> None:
    steps = archive_one(tmp_path / "sound")
    assert len(steps) > 6
    for number in range(len(steps)):
        data = tmp_path / str(number)
        with pytest.raises(OSError, match=r"own-000000000000|archive|quarantine|org"):
            archive_one(data, at=number, fault=fault)
        for batch in read_batches(data / "archive"):
            assert pl.read_parquet(batch.parquet).height == 1, steps[number]
        archive_one(data)
        assert [batch.name for batch in read_batches(data / "archive")] == [BATCH]


def test_a_batch_whose_records_are_gone_is_named(tmp_path: Path) -> None:
    archive_one(tmp_path)
    (tmp_path / "archive" / "org" / f"{BATCH}.parquet").unlink()
    with pytest.raises(ArchiveDamaged, match=f"org/{BATCH}.parquet 不见了"):
        read_batches(tmp_path / "archive")
