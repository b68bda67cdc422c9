"""Workers end: killed, cancelled, forgotten or orphaned; none is left behind, and the next query answers."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import duckdb
import pytest

from tests.warehouse.sandbox.analyst import Place
from warehouse.sandbox import Limits, NoAnswer, Refused, run_sql, submit
from warehouse.sandbox.client import FORK_SERVER, ROOT

ENDLESS = "select count(*) from range(1000000000000)"
LONG = Limits(seconds=30)
MART = ("mart",)


def children_of(pid: int) -> set[int]:
    """The processes that a process has started and not yet buried."""
    tasks = Path(f"/proc/{pid}/task")
    try:
        lists = [(task / "children").read_text() for task in tasks.iterdir()]
    except OSError:
        return set()
    return {int(child) for text in lists for child in text.split()}


def wait_until(holds: Callable[[], object], seconds: float = 20) -> None:
    """Until it holds; a loaded machine needs its time."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it never came to hold"
        time.sleep(0.02)


def server() -> int:
    FORK_SERVER.warm_up()
    assert FORK_SERVER.pid is not None
    return FORK_SERVER.pid


def opened_by(pid: int) -> list[str]:
    """What the descriptors of a process stand for."""
    opened = []
    with suppress(OSError):
        for descriptor in sorted(Path(f"/proc/{pid}/fd").iterdir()):
            with suppress(OSError):
                opened.append(os.readlink(descriptor))
    return opened


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_after_an_answer_no_worker_is_left(database: Path) -> None:
    assert run_sql(database, "select 1", schemas=MART).rows == [(1,)]
    wait_until(lambda: not children_of(server()))


def test_a_killed_worker_is_told_and_the_next_query_answers(database: Path) -> None:
    ticket = submit(database, ENDLESS, schemas=MART, limits=LONG)
    wait_until(lambda: children_of(server()))
    for child in children_of(server()):
        os.kill(child, signal.SIGKILL)
    with pytest.raises(NoAnswer):
        ticket.result(timeout=20)
    assert run_sql(database, "select 2", schemas=MART).rows == [(2,)]


def test_a_killed_warm_parent_takes_its_workers_with_it_and_is_started_anew(database: Path) -> None:
    ticket = submit(database, ENDLESS, schemas=MART, limits=LONG)
    parent = server()
    wait_until(lambda: any(str(database) in opened_by(worker) for worker in children_of(parent)))
    workers = children_of(parent)
    os.kill(parent, signal.SIGKILL)
    with pytest.raises(Refused):
        ticket.result(timeout=20)
    wait_until(lambda: not any(map(is_alive, workers)))
    assert run_sql(database, "select 3", schemas=MART).rows == [(3,)]
    assert server() != parent


def test_a_cancelled_query_ends_at_once_and_says_so(database: Path) -> None:
    ticket = submit(database, ENDLESS, schemas=MART, limits=LONG)
    wait_until(lambda: children_of(server()))
    ticket.cancel()
    with pytest.raises(Refused) as caught:
        ticket.result(timeout=20)
    assert caught.value.code == "cancelled"
    wait_until(lambda: not children_of(server()))


def test_many_threads_ask_at_once_and_each_gets_its_own_answer(database: Path) -> None:
    answers: dict[int, object] = {}

    def ask(number: int) -> None:
        answers[number] = run_sql(database, f"select {number}", schemas=MART).rows

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert answers == {number: [(number,)] for number in range(8)}
    wait_until(lambda: not children_of(server()))


def test_random_numbers_of_two_workers_differ(database: Path) -> None:
    first, second = (run_sql(database, "select random(), uuid()", schemas=MART).rows for _ in range(2))
    assert first != second


def test_a_generation_that_is_removed_in_the_middle_is_still_read_to_the_end(place: Place, tmp_path: Path) -> None:
    copy = tmp_path / "analyst.duckdb"
    shutil.copy(place.database, copy)
    slow = "select count(*) from mart.dispute as a, range(60) as r where a.id % 7 <> r.range"
    ticket = submit(copy, slow, schemas=MART, limits=LONG)
    wait_until(lambda: any(str(copy) in opened_by(worker) for worker in children_of(server())))
    copy.unlink()
    with duckdb.connect(copy) as other:
        other.execute("create schema mart; create table mart.dispute as select 1 as id")
    # Of 60 numbers one equals the rest by 7.
    assert ticket.result(timeout=60).rows == [(1_000_000 * 59,)]
    assert run_sql(copy, "select count(*) from mart.dispute", schemas=MART).rows == [(1,)]


OWNER = """
import sys, threading
from warehouse.sandbox import Limits, submit
from warehouse.sandbox.client import FORK_SERVER
ticket = submit(sys.argv[1], {sql!r}, schemas=("mart",), limits=Limits(seconds=60))
FORK_SERVER.warm_up()
print(FORK_SERVER.pid, flush=True)
threading.Event().wait()
"""


def test_when_the_board_is_killed_hard_nobody_is_left(database: Path) -> None:
    program = OWNER.format(sql=ENDLESS)
    with subprocess.Popen(
        [sys.executable, "-c", program, str(database)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as owner:
        assert owner.stdout is not None
        parent = int(owner.stdout.readline())
        wait_until(lambda: children_of(parent))
        workers = children_of(parent)
        owner.kill()
    wait_until(lambda: not any(map(is_alive, {parent, *workers})))


def test_a_worker_has_neither_the_environment_nor_the_descriptors_of_the_board(database: Path) -> None:
    readable, writable = os.pipe()
    os.set_inheritable(readable, True)
    try:
        ticket = submit(database, ENDLESS, schemas=MART, limits=LONG)
        wait_until(lambda: children_of(server()))
        (worker,) = children_of(server())
        environment = Path(f"/proc/{worker}/environ").read_bytes()
        wait_until(lambda: str(database) in opened_by(worker))
        opened = sorted(opened_by(worker))
        ticket.cancel()
    finally:
        os.close(readable)
        os.close(writable)
    assert b"SECRET_TOKEN" not in environment
    assert b"PATH=" not in environment
    assert [one for one in opened if not one.startswith("socket:")] == ["/dev/null"] * 3 + [str(database)]
    assert len([one for one in opened if one.startswith("socket:")]) == 1
