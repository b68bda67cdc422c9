"""Nights that change a copy of the last generation come out as building everything from the archive does."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from etl.archive import write_templates
from tests.warehouse.random_deliveries import RandomDeliveries
from tests.warehouse.small_archive import BUILT_AT, SmallArchive
from warehouse import archive_rows, deliveries
from warehouse.archive import ArchiveBatch, read_batches
from warehouse.build import Base, BuildResult, build
from warehouse.verify import content_hash


@pytest.fixture(autouse=True)
def _small_is_not_too_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deliveries, "SMALL_BYTES", 0)
    monkeypatch.setattr(deliveries, "MOST_GROWTH", 1000)


class Nights:
    """A small archive, and the generations built of it one after the other."""

    def __init__(self, folder: Path) -> None:
        self.archive = SmallArchive(folder)
        self.archive.deliver_orgs()
        self.folder = folder
        self.templates = write_templates(folder / "templates")
        self.built: list[tuple[BuildResult, list[str]]] = []

    def build(self, batches: Sequence[ArchiveBatch], base: Base | str, name: str) -> BuildResult:
        return build(
            self.folder / name,
            batches=batches,
            templates=self.templates,
            generation_id="g",
            built_at=BUILT_AT,
            code_version="t",
            base=base,
            index=self.folder / "key_index",
        )

    def base(self, number: int = -1) -> Base:
        """A generation to go on from, the last one by default."""
        result, names = self.built[number]
        by_name = {batch.name: batch for batch in read_batches(self.folder / "archive")}
        manifest = result.manifest | {"batches": names, "code_version": "t"}
        return Base(result.database, manifest, [by_name[name] for name in names if name in by_name])

    def next(self, *, without: set[str] | frozenset[str] = frozenset(), after: int = -1) -> BuildResult:
        """The next generation, of all batches but these; equal to what the archive alone gives.

        `after` is the generation that is the current one: an earlier one after a roll-back.
        """
        batches = [batch for batch in read_batches(self.folder / "archive") if batch.name not in without]
        base = self.base(after) if self.built else "the first one"
        number = len(self.built)
        result = self.build(batches, base, f"next-{number}")
        whole = self.build(batches, "asked for", f"whole-{number}")
        assert result.content_hash == whole.content_hash
        assert content_hash(result.database) == result.content_hash
        assert (result.batches, result.rows) == (whole.batches, whole.rows)
        assert result.data_until == whole.data_until
        self.built.append((result, [batch.name for batch in batches]))
        return result

    def change(self, day: int, *changed: dict[str, Any]) -> BuildResult:
        """The next generation, of some incidents more, for which not everything is built again."""
        self.archive.deliver("incident", *changed, at=f"2026-02-{day:02}")
        result = self.next()
        assert result.reason is None
        return result


@pytest.mark.long
@pytest.mark.parametrize("seed", range(2))
def test_random_nights_come_out_as_the_archive_gives_them(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Read either way: slice by slice, or by the engine.
    monkeypatch.setattr(archive_rows, "FEW_SLICES", 8 * seed)
    chance = random.Random(seed)
    nights = Nights(tmp_path)
    delivered = RandomDeliveries(nights.archive, chance)
    held: set[str] = set()
    reasons: Counter[str | None] = Counter()
    for number in range(4):
        delivered.night(number)
        names = {batch.name for batch in read_batches(tmp_path / "archive") if batch.feed != "org"}
        held = {name for name in names if chance.random() < (0.7 if name in held else 0.06)}
        current = chance.randrange(len(nights.built)) if number and chance.random() < 0.2 else -1
        reasons[nights.next(without=held, after=current).reason] += 1
    assert reasons[None] >= 2


@pytest.mark.long
def test_sums_of_zero_stay_known_and_groups_without_rows_go(tmp_path: Path) -> None:
    nights = Nights(tmp_path)
    known: dict[str, Any] = {
        "outcome_code": "mediation_success",
        "dispute_type_code": "debt",
        "mediation_kind_code": "none",
    }
    known |= {"channel_code": "call_110", "settled_stage_code": "scene", "is_non_police": False, "is_urgent": True}
    known |= {"received_count": 1, "closed_count": 1, "resolved_count": 1, "failed_count": 0, "referred_count": 0}
    known |= {"referral_returned_count": 0, "escalated_count": 0, "received_hour": 3, "closed_on": date(2026, 1, 5)}
    rows = [{"key": key, "incident_key": key, "org_code": f"S{key[1]}"} | known for key in ("a1", "b1", "c2", "d2")]
    nights.archive.deliver("incident", *rows)
    nights.next()

    gone = {"record_status_code": "withdrawn"}
    # Of S1 one row is left, with the same zeros; of S2 none.
    assert nights.change(2, rows[0] | gone, rows[2] | gone, rows[3] | gone).rows["mart.incident_hour_month"] == 1
    # What is left of S1 says nothing of failures any more.
    nights.change(3, rows[1] | gone, rows[0] | {"failed_count": None, "record_status_code": "active"})
    nights.change(4, rows[0] | gone)
    # A total of zero is there, though it adds nothing to any sum.
    nothing: dict[str, Any] = {
        "is_total": True,
        "incident_key": None,
        "incident_count": 0,
        "received_count": 0,
        "closed_count": 0,
    }
    total = rows[0] | nothing | {"key": "t", "resolved_count": 0, "period_start": date(2026, 1, 5)}
    nights.change(5, total | {"period_end": date(2026, 1, 5)}, rows[1] | {"record_status_code": "active"})
    assert nights.change(6, rows[1] | gone).rows["mart.incident_day"] == 1


@pytest.mark.long
def test_what_no_row_says_is_asked_of_the_rows_that_come(tmp_path: Path) -> None:
    nights = Nights(tmp_path)
    known: dict[str, Any] = {"failed_count": 0, "resolved_count": 1, "closed_on": date(2026, 1, 5)}
    rows = [{"key": key, "incident_key": key} | known for key in "abc"]
    nights.archive.deliver("incident", *rows)
    nights.next()

    def proven(day: int, *changed: dict[str, Any]) -> bool:
        result = nights.change(day, *changed)
        return ("core.incident_part", '"failed_count" is null') in result.proven

    gone, back = {"record_status_code": "withdrawn"}, {"record_status_code": "active"}
    failed = {"failed_count": 1, "resolved_count": 0}
    assert not proven(2, rows[0] | failed)
    # Taking the only failure off leaves a sum of zero, of which it must be known whether it is known.
    assert proven(3, rows[0] | gone)
    # Nothing is asked this night, and the rows that come say nothing else.
    assert proven(4, rows[0] | back)
    assert not proven(5, rows[1] | {"failed_count": None})
    # That row is gone again, and what is stored is asked once more.
    assert not proven(6, rows[1])
    assert not proven(7, rows[0] | failed)
    assert proven(8, rows[0] | gone)


def test_a_unit_that_moves_makes_everything_be_built_again(tmp_path: Path) -> None:
    nights = Nights(tmp_path)
    nights.archive.deliver("incident", {"key": "a"})
    nights.next()
    station = {"key": "S1", "code": "S1", "name": "一所", "level_code": "station", "parent_code": "C"}
    nights.archive.deliver("org", station, at="2026-02-05")
    assert nights.next().reason == "units came, went or moved"


def test_units_delivered_again_unchanged_make_nothing_be_built_again(tmp_path: Path) -> None:
    nights = Nights(tmp_path)
    nights.archive.deliver("incident", {"key": "a"})
    nights.next()
    nights.archive.deliver_orgs()
    nights.archive.deliver("incident", {"key": "b"}, at="2026-02-02")
    result = nights.next()
    assert result.reason is None
    assert result.manifest["built"] == "incremental"


def test_another_program_or_a_lost_batch_makes_everything_be_built_again(tmp_path: Path) -> None:
    nights = Nights(tmp_path)
    nights.archive.deliver("incident", {"key": "a"})
    batches = read_batches(tmp_path / "archive")
    nights.next()
    base = nights.base()
    other = Base(base.database, {**base.manifest, "code_version": "other"}, base.batches)
    assert nights.build(batches, other, "other").reason == "the program or a code table has changed"
    lost = Base(base.database, base.manifest, base.batches[:1])
    assert nights.build(batches, lost, "lost").reason == "a batch of the last generation is no longer in the archive"


def test_a_copy_that_does_not_hold_what_it_should_makes_everything_be_built_again(tmp_path: Path) -> None:
    nights = Nights(tmp_path)
    nights.archive.deliver("incident", {"key": "a", "outcome_code": "pending"})
    nights.next()
    # The archive is another than the one the generation was built from.
    nights.archive.deliver(
        "incident", {"key": "a", "outcome_code": "invalid"}, batch="20260201-bureau_incident-00000001"
    )
    nights.archive.deliver("incident", {"key": "a", "outcome_code": "withdrawn"}, at="2026-02-02")
    batches = read_batches(tmp_path / "archive")
    assert nights.build(batches, nights.base(), "again").reason == "core.fct_incident holds 0 of 1 rows to replace"
