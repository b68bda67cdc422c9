"""Two at a time, one of a user, the others in order; who left is not waited for."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from warehouse.sandbox import Refused, tickets
from warehouse.sandbox.result import Result, make_result
from warehouse.sandbox.tickets import WAITING_AT_MOST, Desk, Ticket


class Gate:
    """Work that begins when it is its turn and ends when it is told to."""

    def __init__(self) -> None:
        self.began, self.may_end = threading.Event(), threading.Event()

    def __call__(self, ticket: Ticket) -> Result:
        import pyarrow as pa

        self.began.set()
        assert self.may_end.wait(30)
        return make_result([], [], 0.0, None, pa.schema([]), [])


def hand_in(desk: Desk, *users: str | None) -> list[tuple[Ticket, Gate]]:
    made = []
    for user in users:
        gate = Gate()
        made.append((desk.hand_in(user, gate), gate))
    return made


def finish(*pairs: tuple[Ticket, Gate]) -> None:
    for ticket, gate in pairs:
        gate.may_end.set()
        ticket.result(timeout=30)


def test_two_run_and_the_others_see_their_place() -> None:
    pairs = hand_in(Desk(), "a", "b", "c", "d")
    assert [ticket.place for ticket, _ in pairs] == [0, 0, 1, 2]
    finish(pairs[0])
    assert pairs[2][1].began.wait(30)
    assert [ticket.place for ticket, _ in pairs] == [0, 0, 0, 1]
    assert [ticket.is_done for ticket, _ in pairs] == [True, False, False, False]
    finish(*pairs)


def test_the_second_query_of_a_user_waits_and_lets_others_pass() -> None:
    first, second, other = hand_in(Desk(), "a", "a", "b")
    assert other[1].began.wait(30)
    assert (first[0].place, second[0].place, other[0].place) == (0, 1, 0)
    finish(other)
    assert not second[1].began.is_set()
    finish(first)
    assert second[1].began.wait(30)
    finish(second)


def test_callers_without_a_name_do_not_wait_for_each_other() -> None:
    pairs = hand_in(Desk(), None, None)
    assert all(gate.began.wait(30) for _, gate in pairs)
    finish(*pairs)


def test_a_cancelled_one_leaves_the_queue_without_having_run() -> None:
    pairs = hand_in(Desk(), "a", "b", "c", "d")
    pairs[2][0].cancel()
    assert pairs[3][0].place == 1
    assert code_of(pairs[2][0]) == "cancelled"
    assert not pairs[2][1].began.is_set()
    finish(pairs[0], pairs[1], pairs[3])


def test_a_query_that_nobody_looks_at_is_dropped_when_its_turn_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second, closed = hand_in(Desk(), "a", "b", "c")
    assert first[1].began.wait(30)
    assert second[1].began.wait(30)
    monkeypatch.setattr(tickets, "FORGOTTEN_SECONDS", -1.0)
    finish(first)
    assert code_of(closed[0]) == "cancelled"
    assert not closed[1].began.is_set()
    finish(second)


def test_a_full_queue_says_so_at_once() -> None:
    pairs = hand_in(Desk(), *(str(number) for number in range(2 + WAITING_AT_MOST)))
    one_more = Gate()
    ticket = pairs[0][0]._desk.hand_in("late", one_more)
    assert ticket.is_done
    assert code_of(ticket) == "queue_full"
    for waiting, _ in pairs[2:]:
        waiting.cancel()
    finish(*pairs[:2])


def test_an_error_of_ours_comes_out_as_a_refusal_and_frees_the_place() -> None:
    def break_down(_: Ticket) -> Any:
        raise ZeroDivisionError("CANARY")

    desk = Desk()
    broken = desk.hand_in("a", break_down)
    assert code_of(broken) == "worker_ended"
    (after,) = hand_in(desk, "a")
    assert after[1].began.wait(30)
    finish(after)


def test_a_wait_with_a_timeout_ends_and_the_query_goes_on() -> None:
    (pair,) = hand_in(Desk(), "a")
    with pytest.raises(TimeoutError):
        pair[0].result(timeout=0.01)
    finish(pair)


def code_of(ticket: Ticket) -> str:
    with pytest.raises(Refused) as caught:
        ticket.result(timeout=30)
    return caught.value.code
