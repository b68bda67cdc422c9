"""The whole night: load what is new, build aside, pass the gate, verify, publish."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from etl.gate import blamed, shrunken_feeds, shrunken_snapshots
from etl.healing import Mended, announce, mend, remember, running
from etl.journal import begin_night, end_night
from etl.ledger import BatchStates, judging_context, read_states, write_states
from etl.mapping import MappingError, read_mappings
from etl.night import SILENT, NightReport, Publication, base_of, build_candidate, load_inbox, verify_generation
from etl.progress import Watcher
from etl.pseudonyms import KeyRefused, ensure_key
from etl.purge import purge
from etl.trouble import is_of_machine, tell
from warehouse.archive import ArchiveBatch, read_batches
from warehouse.build import Base
from warehouse.durable import make_folder
from warehouse.generations import publish, writer_lock

LOST = (
    "归档缺少 {count} 个已发布的批次（如 {first}）：请从备份恢复 archive，确认不再需要的用 refresh --accept-drop / "
    "the archive lacks {count} batch(es) that were published (such as {first}): restore archive from its backup, "
    "or go on without them: refresh --accept-drop"
)


def refresh(
    data: Path,
    *,
    inbox: Path | None = None,
    sources: Path | None = None,
    full: bool = False,
    accept_drop: bool = False,
    purge_inbox: int | None = None,
    watcher: Watcher = SILENT,
) -> NightReport:
    """Run one night over `data`; whatever stops it ends in a report, and the published generation stays.

    Args:
        inbox: where the files are; default `data/inbox`.
        sources: a folder with the bureau's own mappings.
        full: build everything from the archive, although nothing may be new.
        accept_drop: publish although records would fall.
        purge_inbox: afterwards delete inbox files that have been in the warehouse for so many days.
        watcher: is told how far the loading has come.

    Raises:
        MappingError, KeyRefused: nothing was loaded; the night's report says why.
        Busy: another job is writing; nothing was touched.
    """
    with writer_lock(data):
        report = NightReport(datetime.now().isoformat(timespec="seconds"))
        begin_night(data)
        try:
            mended = mend(data)
            report = replace(report, notes=mended.notes)
            mappings, key = read_mappings(sources), ensure_key(data / "archive")
            with running(data):
                files = _inbox_of(data, inbox, is_expected=not full)
                loaded = load_inbox(data, files, mappings, key, judging_context(mappings), watcher)
                report = replace(loaded, notes=mended.notes)
                if not report.failed:
                    report = publish_night(data, report, mended, full=full, accept_drop=accept_drop)
                if purge_inbox is not None and not report.failed:
                    report = purge(data, files, report, days=purge_inbox)
        except (MappingError, KeyRefused) as error:
            end_night(data, report.as_failed(str(error)))
            raise
        except Exception as error:
            # Unattended: a sentence in the report and the exit code 1 are seen, a traceback in the night is not.
            report = report.as_failed(tell(error))
        return end_night(data, report)


def _inbox_of(data: Path, inbox: Path | None, *, is_expected: bool) -> Path:
    """Where the files are. A new directory, and one restored from the archive alone, has no inbox yet."""
    default = data / "inbox"
    if inbox is None and not default.exists() and not (is_expected and any(data.glob("archive/*/*.json"))):
        make_folder(default)
    return inbox or default


def publish_night(data: Path, loaded: NightReport, mended: Mended, *, full: bool, accept_drop: bool) -> NightReport:
    """Build and publish everything accepted; batches that the gate stops are held and the rest goes on."""
    published, states, archived = mended.published, read_states(data), read_batches(data / "archive")
    must_build = full or mended.must_build
    lost = sorted(published.batches - {batch.name for batch in archived})
    if lost and not accept_drop:
        return loaded.as_failed(LOST.format(count=len(lost), first=lost[0]))
    base = base_of(data, archived)
    if must_build:
        base = "asked for" if full else "what was published cannot be read any more"
    accepted = [batch for batch in archived if batch.name not in states.held]
    new = [batch for batch in accepted if batch.name not in published.batches]
    if not new and not must_build:
        return loaded
    report, sound = loaded, None
    stopped: list[str] = [] if accept_drop else _stopped_snapshots(accepted, new, states)
    while sound is None:
        report, states, accepted = _hold(report, states, accepted, stopped)
        new = [batch for batch in accepted if batch.name not in published.batches]
        if not accepted or not (new or must_build):
            break
        candidate, broken, is_of_machine = attempt(data, accepted, loaded, base)
        report = report.with_problems(broken)
        if candidate is None:
            stopped = blamed(accepted, new, is_of_machine=is_of_machine)
            if not stopped:
                return replace(report, failed=True)
            continue
        stopped = [] if accept_drop else _stopped_feeds(published.tables, candidate, new, states)
        sound = None if stopped else candidate
    # Before the flip, since what is held must not come in by itself; what was staged is settled only after it.
    write_states(data, states)
    if sound is None:
        return report
    announce(data, sound.generation_id)
    generation = publish(data, sound.directory, sound.generation_id, sound.manifest)
    built, reason = sound.manifest["built"], sound.manifest["reason"]
    report = replace(report, generation=generation.id, is_published=True, built=built, reason=reason)
    try:
        remember(data, generation)
        write_states(data, states.published(batch.name for batch in accepted))
    except OSError as error:
        report = report.with_problems([tell(error)])
    return report


def attempt(
    data: Path, accepted: list[ArchiveBatch], night: NightReport, base: Base | str
) -> tuple[Publication | None, list[str], bool]:
    """Build and read back; what went wrong, in words, and whether the machine is to blame for it.

    What does not come out sound from the last generation is built from the archive alone, before anything is held.
    That is done twice, because what a disk or memory garbled once is whole the second time.
    """
    broken: list[str] = []
    for _ in range(2 if isinstance(base, str) else 3):
        try:
            candidate = build_candidate(data, accepted, night, base)
            began = time.perf_counter()
            broken = verify_generation(candidate.directory)
        except Exception as error:
            if isinstance(base, str) or is_of_machine(error):
                return None, [tell(error)], is_of_machine(error)
            broken = [tell(error)]
        if not broken:
            candidate.manifest["seconds"]["verify"] = round(time.perf_counter() - began, 3)
            return candidate, [], False
        if isinstance(base, Base):
            base = f"not sound from the last generation: {broken[0]}"
    return None, broken, False


def _stopped_snapshots(accepted: list[ArchiveBatch], new: list[ArchiveBatch], states: BatchStates) -> list[str]:
    names = {batch.name for batch in new}
    standing = [batch for batch in accepted if batch.name not in names]
    return shrunken_snapshots(standing, [batch for batch in new if batch.name not in states.staged])


def _stopped_feeds(
    before: dict[str, int], candidate: Publication, new: list[ArchiveBatch], states: BatchStates
) -> list[str]:
    """New, unstaged batches of the feeds that would shrink."""
    feeds = shrunken_feeds(before, candidate.manifest["tables"])
    return [batch.name for batch in new if batch.info["feed"] in feeds and batch.name not in states.staged]


def _hold(
    report: NightReport, states: BatchStates, accepted: list[ArchiveBatch], stopped: list[str]
) -> tuple[NightReport, BatchStates, list[ArchiveBatch]]:
    if not stopped:
        return report, states, accepted
    reason = "records would fall by more than 5 % and more than 20, or a table could not be read"
    held = states.hold(stopped, reason, datetime.now())
    return report.with_held(stopped), held, [batch for batch in accepted if batch.name not in stopped]
