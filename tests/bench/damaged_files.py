"""Published files damaged at random: each must be noticed, passed over by readers, and made anew by the next night."""

from __future__ import annotations

import random
from pathlib import Path

from tests.bench.fault_rig import Bureau, Tally, content, found, heal_and_check, in_child, spread
from warehouse.generations import DATABASE, MANIFEST, current_generation, is_intact, list_generations
from warehouse.verify import verify

KINDS = ("flip", "truncate", "zero", "append", "remove")
# Of every generation's database and manifest in turn, so that some nights find no good one left.
FILES_A_BUREAU = 5


def run(root: Path, quick: bool, tally: Tally) -> None:
    """Forty bureaus of three generations, five damaged files in each, the current database always one of them."""
    base = found(root / "base", nights=3)
    expected = content(base)
    # Without the delivery that waits: nothing new, and yet the damage must be mended.
    for waiting in (base.data / "inbox").glob("*3*"):
        waiting.unlink()
    bureaus = range(1 if quick else 40)

    def damage(number: int, own: Tally) -> None:
        bureau = base.copy(root / f"bureau{number}")
        chance = random.Random(number)
        places = [(one.directory, name) for one in list_generations(bureau.data) for name in (DATABASE, MANIFEST)]
        chosen = [places[0], *chance.sample(places[1:], FILES_A_BUREAU - 1)]
        for directory, name in chosen:
            damage_one(bureau, directory, name, chance, own)
        heal_and_check(bureau, f"damaged bureau {number}", own)
        own.check(content(bureau) == expected, f"damaged bureau {number}: other content than before")
        bureau.remove()

    spread(tally, list(bureaus), damage)


def damage_one(bureau: Bureau, directory: Path, name: str, chance: random.Random, tally: Tally) -> None:
    """Damage a file; a reader must be given another generation, or a night must notice."""
    path, kind = directory / name, chance.choice(KINDS)
    what = f"{kind} {name}"
    damage_file(path, kind, chance)
    tally.counts["damaged"] += 1
    listed = next((one for one in list_generations(bureau.data) if one.directory == directory), None)
    is_noticed = listed is None or not is_intact(listed)
    tally.counts["noticed at once by readers" if listed is None else "noticed by its seal"] += 1
    tally.check(is_noticed, f"{what}: not noticed")
    if listed is not None and name == DATABASE:
        problems = in_child(lambda: verify(listed.database, listed.manifest["content_hash"])).told
        # The engine notices by itself, unless nothing that it reads was hit.
        tally.counts["read back: broken" if problems else "read back: unaffected"] += 1
    current = current_generation(bureau.data)
    tally.check(listed is not None or current is None or current.directory != directory, f"{what}: still shown")


def damage_file(path: Path, kind: str, chance: random.Random) -> None:
    """Change a file in one way."""
    content = bytearray(path.read_bytes()) if path.exists() else bytearray()
    place = chance.randrange(max(len(content), 1))
    if kind == "flip" and content:
        content[place] ^= 1 << chance.randrange(8)
    elif kind == "truncate":
        del content[place:]
    elif kind == "zero":
        # From a byte on that is not zero already.
        start = next((at for at in range(place, len(content)) if content[at]), 0)
        content[start : start + 4096] = bytes(len(content[start : start + 4096]))
    elif kind == "append":
        content += bytes([chance.randrange(256)] * 7)
    if kind == "remove":
        path.unlink(missing_ok=True)
    else:
        path.write_bytes(content)
