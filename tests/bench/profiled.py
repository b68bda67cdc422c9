"""Streamlit with every run of a page profiled into a file of its own: python -m tests.bench.profiled FOLDER run …"""

from __future__ import annotations

import cProfile
import sys
from itertools import count
from pathlib import Path
from typing import Any

from streamlit.runtime.scriptrunner.script_runner import ScriptRunner
from streamlit.web.cli import main


def profile_runs(folder: Path) -> None:
    """From now on every run of a script leaves `<number>.prof` in the folder."""
    run_script, number = ScriptRunner._run_script, count(1)

    def run(runner: ScriptRunner, *arguments: Any) -> None:
        profile = cProfile.Profile()
        try:
            profile.runcall(run_script, runner, *arguments)
        finally:
            profile.dump_stats(folder / f"{next(number):04}.prof")

    ScriptRunner._run_script = run  # type: ignore[assignment,method-assign]


if __name__ == "__main__":
    profile_runs(Path(sys.argv.pop(1)))
    main(prog_name="streamlit")
