"""Nights, faults and an operator in any order, against a model of a few sets."""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from typer.testing import CliRunner

from etl.__main__ import app
from etl.refresh import refresh
from tests.etl.deliveries import incidents, write_mapping, write_rows
from tests.etl.faulty_disk import Died, faulty
from warehouse.archive import read_batches
from warehouse.generations import DATABASE, KEPT, MANIFEST, current_generation, list_generations, named_generation

FAULTS = ("ENOSPC", "EIO", "die")


@dataclass
class Known:
    """A generation as the model knows it: `is_listed` where readers would take it, `is_intact` where it is as built."""

    id: str
    batches: frozenset[str]
    is_listed: bool = True
    is_intact: bool = True


class NightMachine(RuleBasedStateMachine):
    """What is archived, held and published, and which generations there are, after any sequence of events."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.data = self.folder / "data"
        self.settings = mock.patch.dict(os.environ, {"FENGQIAO_KEY_FILE": str(self.folder / "key")})
        self.settings.start()
        self.sources = write_mapping(self.folder / "sources")
        (self.data / "inbox").mkdir(parents=True)
        self.delivered = self.damaged = 0
        self.archived: set[str] = set()
        self.held: set[str] = set()
        self.generations: list[Known] = []
        self.named: str | None = None
        # What was published last, and what a night that was cut off was about to.
        self.published: Known | None = None
        self.pending: str | None = None

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            self.settings.stop()
            shutil.rmtree(self.folder)

    def shown(self) -> Known | None:
        """What a reader is given."""
        listed = [one for one in reversed(self.generations) if one.is_listed]
        exact = [one for one in listed if one.id == self.named]
        older = [one for one in listed if self.named is None or one.id < self.named]
        return next(iter([*exact, *older, *listed]), None)

    def observe(self) -> None:
        """Take in what a night archived and built; that it may have done so is checked where it is called."""
        self.archived = {batch.name for batch in read_batches(self.data / "archive")}
        known = {one.id for one in self.generations}
        for found in reversed(list_generations(self.data)):
            if found.id not in known:
                assert frozenset(found.batches) == self.archived - self.held
                self.generations.append(Known(found.id, frozenset(found.batches)))
        self.named = named_generation(self.data)

    @rule()
    def deliver(self) -> None:
        self.delivered += 1
        write_rows(self.data / "inbox", f"n{self.delivered}_20261001.csv", incidents(1, start=self.delivered))

    @rule()
    def night(self) -> None:
        self.mend()
        wanted = self.delivered - len(self.archived)
        report = refresh(self.data, sources=self.sources)
        assert (report.exit_code, report.problems, len(report.loaded)) == (0, (), wanted)
        archived = {batch.name for batch in read_batches(self.data / "archive")}
        accepted = archived - self.held
        current = self.shown()
        before = self.published
        is_due = bool(accepted - (before.batches if before else frozenset())) or (
            before is not None and (current is None or before.id != current.id)
        )
        assert report.is_published == (is_due and bool(accepted))
        self.observe()
        if report.is_published:
            assert self.named == report.generation
            self.published = self.generations[-1]
            kept = {one.id for one in [one for one in self.generations if one.is_listed][-KEPT:]}
            self.generations = [one for one in self.generations if one.id in kept]

    def mend(self) -> None:
        """What the beginning of a night does, in the model."""
        if self.pending and any(one.id == self.pending and one.is_intact for one in self.generations):
            self.named = max(self.named or "", self.pending)
        self.pending = None
        while (current := self.shown()) and not current.is_intact:
            current.is_listed = False
            if current.id == self.named:
                continue
        current = self.shown()
        if current:
            self.named = current.id
            if self.published is None or current.id > self.published.id:
                self.published = current

    @rule(at=st.integers(0, 60), fault=st.sampled_from(FAULTS))
    def night_with_a_fault(self, at: int, fault: str) -> None:
        before = self.shown()
        with faulty(at, fault):
            try:
                report = refresh(self.data, sources=self.sources)
                assert report.exit_code in (0, 1, 3)
            except Died:
                pass
        newest = self.generations[-1].id if self.generations else ""
        self.observe_damage()
        self.observe()
        after = self.shown()
        is_new = after is not None and after.id > newest
        is_fallback = before is not None and not before.is_intact
        assert is_new or is_fallback or (after and after.id) == (before and before.id) or self.was_pending(after)
        note = self.data / "night_running.json"
        if note.exists() and self.generations and self.generations[-1].id > max(newest, self.named or ""):
            self.pending = self.generations[-1].id
        if is_new:
            self.published = after

    def was_pending(self, after: Known | None) -> bool:
        return after is not None and after.id == self.pending

    def observe_damage(self) -> None:
        """A night that came far enough has marked, or removed, what is damaged; only what is damaged."""
        listed = {one.id for one in list_generations(self.data)}
        for one in self.generations:
            if one.id not in listed:
                assert not one.is_intact or len(self.generations) >= KEPT
                one.is_listed = False

    @precondition(lambda self: self.generations)
    @rule(number=st.integers(0, 6), name=st.sampled_from([DATABASE, MANIFEST]), is_cut=st.booleans())
    def damage(self, number: int, name: str, is_cut: bool) -> None:
        one = self.generations[number % len(self.generations)]
        path = self.data / "generations" / one.id / name
        if not path.exists():
            return
        content = bytearray(path.read_bytes())
        # Each time in another place: the same bit twice would heal the file.
        self.damaged += 1
        content[len(content) // 2 + self.damaged] ^= 1
        path.write_bytes(content[: len(content) // 2] if is_cut else content)
        one.is_intact = False
        one.is_listed = one.is_listed and name == DATABASE and not is_cut

    @rule()
    def go_back(self) -> None:
        current = self.shown()
        older = [
            one
            for one in reversed(self.generations)
            if one.is_listed and (current is None or one.id < current.id) and not one.batches & self.held
        ]
        done = CliRunner().invoke(app, ["rollback", "--data", str(self.data)])
        is_possible = bool(older) and older[0].is_intact
        assert done.exit_code == (0 if is_possible else 1), done.output
        if is_possible:
            self.held |= (current.batches if current else frozenset()) - older[0].batches
            self.named, self.published, self.pending = older[0].id, older[0], None

    @precondition(lambda self: self.held)
    @rule(number=st.integers(0, 9))
    def accept(self, number: int) -> None:
        batch = sorted(self.held)[number % len(self.held)]
        assert CliRunner().invoke(app, ["accept", batch, "--data", str(self.data)]).exit_code == 0
        self.held.remove(batch)

    @invariant()
    def readers_see_a_whole_generation(self) -> None:
        if not hasattr(self, "data"):
            return
        expected, found = self.shown(), current_generation(self.data)
        assert (found and found.id) == (expected and expected.id)
        if found and expected:
            assert frozenset(found.batches) == expected.batches
            # Every batch holds one incident.
            assert found.manifest["tables"]["core.fct_incident"] == len(expected.batches)
