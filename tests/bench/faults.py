"""Every fault that a night can meet: killed, failing disk, full disk, damaged files, readers meanwhile; counts of each.

The published generation must always be a whole old or a whole new one, and the next night must heal without help.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from tests.bench import damaged_files, full_disk, published_under_readers
from tests.bench.fault_rig import (
    Bureau,
    Tally,
    content,
    found,
    heal_and_check,
    in_child,
    is_whole,
    preload,
    rows,
    spread,
)
from tests.bench.measure import run_module
from tests.etl.faulty_disk import FAULTS, KILLS
from warehouse.generations import current_generation

CHAINS = 4
SEEDS, LIVES, STEPS = 4, 10, 20
Part = Callable[[Path, bool, Tally], None]


def every_step(root: Path, quick: bool, tally: Tally) -> None:
    """Let each step of a first and of a later night fail, and the process die before and after it."""
    for nights in (0, 2):
        base = found(root / f"base{nights}", nights=nights, has_key=nights > 0)
        sound = base.copy(root / f"sound{nights}")
        steps = in_child(sound.night).told["steps"]
        tally.counts[f"steps of night {nights + 1}"] = len(steps)
        cases = [(number, fault) for number in range(len(steps)) for fault in (*FAULTS, *KILLS)]
        random.Random(nights).shuffle(cases)
        work = partial(step_case, base, steps, published(base), published(sound))
        spread(tally, cases[: 2 if quick else None], work)


def published(bureau: Bureau) -> object:
    """What to compare: content, or rows where each bureau made a key of its own in its first night."""
    current = current_generation(bureau.data)
    if current is None or bureau.folder.name.startswith(("base0", "sound0")):
        return current and {name: rows for name, rows in current.manifest["tables"].items() if name[:4] != "ops."}
    return content(bureau)


def step_case(
    base: Bureau,
    steps: Sequence[str],
    before: object,
    expected: object,
    case: tuple[int, str],
    tally: Tally,
) -> None:
    """One step, one fault, and the night after."""
    number, fault = case
    what = f"{fault} at {number} {steps[number]}"
    bureau = base.copy(base.folder.with_name(f"{base.folder.name}-{number}-{fault}"))
    ended = in_child(lambda: bureau.night(at=number, fault=fault))
    tally.counts[f"steps with {fault}"] += 1
    if fault in KILLS:
        tally.check(ended.code is None, f"{what}: was not killed, {ended}")
    elif tally.check(ended.code == 0, f"{what}: ended in a traceback"):
        report = ended.told
        is_told = report["exit_code"] == 0 or bool(report["problems"] or report["refused"])
        tally.check(is_told, f"{what}: exit {report['exit_code']} without a sentence")
    tally.check(is_whole(bureau), f"{what}: the published generation is not whole")
    tally.check(published(bureau) in (before, expected), f"{what}: neither the old nor the new content")
    heal_and_check(bureau, what, tally)
    tally.check(published(bureau) == expected, f"{what}: other content than without a fault")
    bureau.remove()


def killed_at_random(root: Path, quick: bool, tally: Tally) -> None:
    """Kill one night after the other at random; some may end, and must publish all there is."""
    chains = [(0, 20)] if quick else [(number, 200 // CHAINS) for number in range(CHAINS)]

    def kill(chain: tuple[int, int], own: Tally) -> None:
        number, kills = chain
        chain_of_kills(root / f"chain{number}", number, kills, own, by_step=quick)

    spread(tally, chains, kill)


def chain_of_kills(folder: Path, seed: int, kills: int, tally: Tally, *, by_step: bool) -> None:
    """Nights upon nights on one data directory: killed at a step, or after a time, each on what the last one left."""
    chance, bureau = random.Random(seed), found(folder, nights=1)
    delivered, longest, killed = 2, 2.0, 0
    while killed < kills:
        if by_step:
            # Two in three before the build: that is where most steps are, and a build is what takes long.
            at, fault = chance.randrange(chance.choice((20, 20, 60))), chance.choice(KILLS)
            ended = in_child(partial(bureau.night, at=at, fault=fault))
        else:
            ended = in_child(bureau.night, kill_after=chance.uniform(0, longest))
        is_killed = ended.code is None
        # Kills are to fall into all of a night, however long it takes on this machine at this moment.
        longest *= 1.04 if is_killed else 0.9
        killed += is_killed
        tally.counts["killed" if is_killed else "ended before the kill"] += 1
        tally.check(is_whole(bureau), f"random kill {killed}: not whole")
        tally.check(rows(bureau) in (delivered - 1, delivered), f"random kill {killed}: {rows(bureau)} rows")
        if is_killed and killed % (10 if by_step else 4) == 0:
            heal_and_check(bureau, f"random kill {killed}", tally)
            tally.check(rows(bureau) == delivered, f"random kill {killed}: {rows(bureau)} rows of {delivered}")
            bureau.deliver(delivered)
            delivered += 1
    # All at once, on a quiet night, the same files give the same tables.
    heal_and_check(bureau, "last night", tally)
    quiet = found(folder.with_name(f"{folder.name}-quiet"), nights=0)
    for number in range(1, delivered):
        quiet.deliver(number)
    in_child(quiet.night)
    tally.check(content(bureau) == content(quiet), "other content than without any kill")


def any_sequence(root: Path, quick: bool, tally: Tally) -> None:
    """Lives of a bureau against the model, each process with other ones."""

    def live(number: int, own: Tally) -> None:
        from hypothesis import Phase, seed, settings
        from hypothesis.stateful import run_state_machine_as_test

        from tests.etl.night_machine import NightMachine

        lives = 1 if quick else LIVES
        own.counts["lives"], own.counts["steps of a life"] = lives, STEPS
        chosen = settings(
            max_examples=lives,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            derandomize=False,
            phases=[Phase.generate],
        )
        seeded = seed(number)(type(f"Life{number}", (NightMachine,), {}))
        try:
            run_state_machine_as_test(seeded, settings=chosen)
        except Exception as error:
            own.check(False, f"life {number}: {type(error).__name__}: {error}")

    spread(tally, [0] if quick else list(range(SEEDS)), live)


PARTS: dict[str, Part] = {
    "every-step": every_step,
    "killed-at-random": killed_at_random,
    "full-disk": full_disk.run,
    "damaged-files": damaged_files.run,
    "any-sequence": any_sequence,
    "readers": published_under_readers.run,
}


def run(*, quick: bool) -> dict[str, Any]:
    """The benchmark, each part in a process of its own: this one has threads, and those do not fork.

    A part takes up to an hour on two cores: what each found is said when it ends.
    """
    lines: list[str] = []
    failures: list[str] = []
    for part in PARTS:
        ended = run_module("tests.bench.faults", part, *(["--quick"] if quick else []))
        lines.append(f"{ended.told['lines'][0]}; {ended.wall:.0f} s")
        failures += ended.told["failures"]
        print(lines[-1], file=sys.stderr, flush=True)
    return {"lines": [*lines, f"bad outcomes: {len(failures)}"], "failures": failures}


def main() -> int:
    """`python -m tests.bench.faults [PART …] [--quick]`: the parts one after the other, JSON on the last line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    preload()
    lines: list[str] = []
    failures: list[str] = []
    counts: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        for name in options.parts or PARTS:
            tally, root = Tally(), Path(folder) / name
            root.mkdir()
            PARTS[name](root, options.quick, tally)
            lines.append(f"{name}: " + ", ".join(f"{what} {count}" for what, count in sorted(tally.counts.items())))
            print(lines[-1], flush=True)
            failures += tally.bad
            counts[name] = tally.counts
    lines.append(f"bad outcomes: {len(failures)}")
    print(json.dumps({"lines": lines, "failures": failures, "counts": counts}, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
