"""A synthetic bureau: messy files as real stations send them, and the truth about them."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from etl.demo import bureau, truth
from etl.demo.compose import compose
from etl.demo.deliveries import Deliveries
from etl.demo.files import write_file
from etl.demo.plan import silent_window
from etl.demo.scope import LAW_IN_FORCE, Scope
from etl.mapping import SHIPPED, read_mapping

__all__ = ["write_demo"]


def write_demo(
    data: Path,
    *,
    years: int = 4,
    incidents_per_year: int = 20_000,
    until: date = date(2026, 10, 31),
    seed: int = 1,
    clean: bool = False,
) -> dict[str, Any]:
    """Write the bureau's files into `data/inbox` and what loading them must report into `data/truth.json`.

    The same arguments give the same bytes. `clean`: one tidy UTF-8 file per feed and year, no mess.
    Returns the truth: `feeds` as in `status --json`, `files`, and who plays which part in the story.
    """
    scope = Scope(years, incidents_per_year, until, seed)
    deliveries = Deliveries(scope)
    ledger = truth.Ledger()
    mappings = {path.stem: read_mapping(path) for path in SHIPPED.glob("bureau_*.toml")}
    random = scope.random("files")
    for file in deliveries.tidy() if clean else deliveries.messy():
        mapping = mappings[file.mapping]
        composed = compose(file, mapping, random)
        dropped = write_file(data / "inbox" / file.name, file, composed)
        ledger.add(file, mapping.feed, composed.entries, dropped)
    known = {"parameters": _parameters(scope, clean), **ledger.result(), "story": _story(scope, clean)}
    text = json.dumps(known, ensure_ascii=False, indent=1)
    (data / "truth.json").write_text(text + "\n", encoding="utf-8")
    return known


def _parameters(scope: Scope, clean: bool) -> dict[str, Any]:
    return {
        "years": scope.years,
        "incidents_per_year": scope.incidents_per_year,
        "start": scope.start.isoformat(),
        "until": scope.until.isoformat(),
        "seed": scope.seed,
        "clean": clean,
    }


def _story(scope: Scope, clean: bool) -> dict[str, Any]:
    """What is true about the bureau behind the figures."""
    silent = silent_window(scope)
    return {
        "different_station": {
            "org_code": str(bureau.CODES[bureau.DIFFERENT]),
            "differs_in": "resolution rate, repeats, satisfaction",
        },
        "rising": {"org_code": str(bureau.CODES[bureau.RISING]), "dispute_type_code": bureau.RISING_TYPE},
        "not_reported": {
            "org_code": str(bureau.CODES[bureau.SILENT]),
            "feed": "incident",
            "start": silent.start.isoformat(),
            "end": silent.end.isoformat(),
        },
        "practice": {"org_code": bureau.COUNTY, "from": scope.practice_from.isoformat()},
        "law_from": LAW_IN_FORCE.isoformat(),
    }
