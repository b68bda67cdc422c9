"""Row 57: a file that is still being copied is left for the next night, and told."""

from __future__ import annotations

import threading
import time
from pathlib import Path

from etl.inbox import LOOK_AGAIN_SECONDS, complete_files, list_files
from etl.night import load_inbox
from etl.pseudonyms import ensure_key
from tests.bad_inputs.case import csv, good


def growing_for(path: Path, seconds: float) -> threading.Thread:
    """Appends to a file again and again, as a slow copy does."""

    def write() -> None:
        until = time.monotonic() + seconds
        with path.open("ab") as file:
            while time.monotonic() < until:
                file.write(csv(good("JQ"), head=()))
                file.flush()
                time.sleep(0.05)

    thread = threading.Thread(target=write)
    thread.start()
    return thread


def test_a_growing_file_is_not_taken_and_a_finished_one_is(tmp_path: Path) -> None:
    finished, growing = tmp_path / "完成.csv", tmp_path / "复制中.csv"
    for path in (finished, growing):
        path.write_bytes(csv(good("JQ")))
    thread = growing_for(growing, LOOK_AGAIN_SECONDS + 0.5)
    complete, left = complete_files(list(list_files(tmp_path)))
    thread.join()
    assert [file.path for file in complete] == [finished]
    assert [file.path for file in left] == [growing]
    assert [file.path for file in complete_files(list(list_files(tmp_path)))[0]] == [growing, finished]


def test_a_night_tells_which_files_it_left(data: Path) -> None:
    path = data / "inbox" / "接处警登记.csv"
    path.write_bytes(csv(good("JQ")))
    thread = growing_for(path, LOOK_AGAIN_SECONDS + 0.5)
    report = load_inbox(data, data / "inbox", [], ensure_key(data / "archive"), "")
    thread.join()
    assert (report.growing, report.loaded, report.refused) == (("接处警登记.csv",), (), ())
