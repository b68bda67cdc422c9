"""python -m tests.bad_inputs FOLDER: write the fixtures, and expected.json with the report that each must get."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

from tests.bad_inputs.catalogue import CASES, write_catalogue


def main(folder: Path) -> None:
    """Write everything into a new folder."""
    written = write_catalogue(folder)
    expected = {case.id: {"file": str(written[case.id]), **asdict(case.report)} for case in CASES}
    text = json.dumps(expected, ensure_ascii=False, indent=1, default=str)
    (folder / "expected.json").write_text(text, "utf-8", errors="backslashreplace")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
