"""Where one run of each page spends its time: the board's own functions and Streamlit's calls, by cumulative time."""

from __future__ import annotations

import pstats
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench.measure import ROOT
from tests.served.server import serve
from tests.served.session import open_session

SHOWN = 25
# Besides everything of the repository: what pages usually pay for.
LIBRARY = (
    "to_dict",
    "altair_chart",
    "vega_lite_chart",
    "metric",
    "marshall",
    "convert_anything_to_arrow_bytes",
    "collect",
)
SECONDS = 20.0


def profile_pages(data: Path, asked: Iterator[dict[str, str]]) -> list[str]:
    """Two tables a page: a run whose selection has been asked before, and one with the next that is `asked`.

    Seconds are those under the profiler, about twice as many as without.
    """
    lines: list[str] = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        command = ("tests.bench.profiled", str(folder))
        with (
            serve(folder / "log", environment={"FENGQIAO_DATA": str(data)}, module=command) as server,
            open_session(server.port) as session,
        ):
            session.run()
            for page in list(session.pages):
                session.run(page)
                session.run(page)
                for name, selection in (("again", {}), ("asked for the first time", next(asked))):
                    before = _settled(folder)
                    session.run(page, selection)
                    newest = max(_settled(folder, more_than=len(before)))
                    lines += ["", f"{page or 'first page'}, {name}", *_table(newest)]
    return lines


def _settled(folder: Path, *, more_than: int = 0) -> list[Path]:
    """The profiles that have been written in full: a run ends a moment after its last message."""
    ends = time.monotonic() + SECONDS
    while time.monotonic() < ends:
        time.sleep(0.3)
        found = list(folder.glob("*.prof"))
        if len(found) > more_than and all(path.stat().st_size for path in found):
            return found
    raise TimeoutError(f"no profile after {SECONDS:.0f} s")


def _table(profile: Path) -> list[str]:
    # The type stubs of pstats do not know its table.
    stats: dict[tuple[str, int, str], tuple[int, int, float, float, object]] = pstats.Stats(str(profile)).stats  # type: ignore[attr-defined]
    rows = sorted(
        ((total, own, calls, file, name) for (file, _, name), (_, calls, own, total, _) in stats.items()), reverse=True
    )
    told = [row for row in rows if row[3].startswith(str(ROOT)) or row[4] in LIBRARY or "gc.collect" in row[4]]
    return [f"{'total s':>9}{'own s':>9}{'calls':>8}"] + [
        f"{total:>9.3f}{own:>9.3f}{calls:>8}  {Path(file).name}:{name}"
        for total, own, calls, file, name in told[:SHOWN]
    ]
