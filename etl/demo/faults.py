"""Rows that go wrong: what is written into them, and the one reason for which each must be set aside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

Row = dict[str, Any]
SHARE = 0.004
SMALLEST_FILE = 24


@dataclass(frozen=True)
class Fault:
    """One way to spoil a row: the cells it overwrites, or (without cells) a line that cannot be aligned."""

    reason: str
    cells: Callable[[Row, date], dict[str, str | None]] | None = None
    only_text_files: bool = False


def _written(**cells: str | None) -> Callable[[Row, date], dict[str, str | None]]:
    return lambda _row, _delivered: cells


def _tomorrow(field: str, *also_empty: str) -> Callable[[Row, date], dict[str, str | None]]:
    """A day after the delivery: whoever wrote it cannot have known."""

    def cells(_row: Row, delivered: date) -> dict[str, str | None]:
        return {field: f"{delivered + timedelta(days=40):%Y-%m-%d} 09:30", **dict.fromkeys(also_empty)}

    return cells


def _before(field: str, begun: str) -> Callable[[Row, date], dict[str, str | None]]:
    """An end three days before the beginning."""

    def cells(row: Row, _delivered: date) -> dict[str, str | None]:
        moment: datetime = row[begun]
        return {field: f"{moment - timedelta(days=3):%Y-%m-%d %H:%M}"}

    return cells


STRUCTURAL = (
    Fault("short_row", only_text_files=True),
    Fault("extra_fields", only_text_files=True),
    Fault("undecodable", only_text_files=True),
)
ORGANISATION = (
    Fault("bad_code", _written(org_code="查无此所派出所")),
    Fault("missing_required", _written(org_code=None)),
    Fault("misplaced_identifier", _written(org_code="13800001234")),
    Fault("mojibake", _written(org_code="锟斤拷锟斤拷所")),
)
FAULTS: dict[str, tuple[Fault, ...]] = {
    "bureau_incident": (
        Fault("bad_date", _written(received_at="2025-02-30 10:15")),
        *ORGANISATION,
        *STRUCTURAL,
        Fault("bad_code", _written(dispute_type_code="口角是非")),
        Fault("lossy_id", _written(source_key="9.90102E+21"), only_text_files=True),
        Fault("out_of_range", _tomorrow("received_at", "dispatched_at", "arrived_at", "closed_at")),
        Fault("out_of_range", _before("closed_at", "received_at")),
        Fault("missing_required", _written(source_key=None)),
        Fault("bad_date", _written(closed_at="二〇二五年三月")),
        Fault("missing_required", _written(received_at=None)),
        Fault("bad_code", _written(outcome_code="再议")),
    ),
    "bureau_mediation": (
        Fault("inconsistent", _written(has_agreement="否", is_fulfilled="是")),
        *ORGANISATION,
        Fault("bad_code", _written(lead_body_code="热心群众")),
        Fault("out_of_range", _written(session_no="0")),
        Fault("bad_number", _written(session_no="头一回")),
        *STRUCTURAL,
        Fault("bad_date", _written(held_at="2025年13月5日")),
        Fault("missing_required", _written(held_at=None)),
    ),
    "bureau_visit": (
        Fault("inconsistent", _written(disputes_found_count="1", disputes_settled_count="3")),
        Fault("bad_number", _written(households_count="一十二")),
        *ORGANISATION,
        *STRUCTURAL,
        Fault("bad_code", _written(transport_code="飞毯")),
        Fault("out_of_range", _tomorrow("visited_at")),
        Fault("bad_date", _written(visited_at="25-3-5")),
        Fault("out_of_range", _written(minutes="99999")),
        Fault("missing_required", _written(visit_key=None)),
    ),
    "bureau_satisfaction": (
        Fault("out_of_range", _before("answered_at", "invited_at")),
        Fault("bad_code", _written(survey_code="随便问问")),
        *ORGANISATION,
        Fault("missing_required", _written(invited_at=None, answered_at=None)),
        Fault("bad_date", _written(invited_at="正月十五", answered_at=None)),
        *STRUCTURAL,
        Fault("bad_code", _written(mode_code="托梦")),
    ),
    "bureau_activity": (
        Fault("bad_number", _written(quantity="若干")),
        Fault("bad_number", _written(quantity="近百起")),
        *ORGANISATION,
        Fault("bad_code", _written(activity_code="看热闹")),
        Fault("missing_required", _written(quantity=None)),
        *STRUCTURAL,
        Fault("bad_date", _written(done_at="2025/2/31")),
    ),
    "bureau_activity_month": (
        Fault("bad_number", _written(completed="不少")),
        Fault("bad_code", _written(org_code="查无此所派出所")),
        Fault("bad_date", _written(period_month="2025年13月")),
    ),
    "bureau_population": (
        Fault("bad_number", _written(residents="约五万")),
        Fault("bad_code", _written(org_code="查无此所派出所")),
    ),
    "bureau_visit_target": (
        Fault("inconsistent", _written(target_key=None, targets="5", targets_visited="9")),
        Fault("bad_code", _written(category_code="远房亲戚")),
        *STRUCTURAL,
        Fault("missing_required", _written(month=None)),
    ),
    "bureau_org": (),
    "bureau_annotation": (),
}  # fmt: skip


def faults_of(mapping: str, *, is_text: bool, rows: int, turn: int) -> list[Fault]:
    """The faults of one file: about four rows in a thousand, a different one first in every file."""
    known = [fault for fault in FAULTS[mapping] if is_text or not fault.only_text_files]
    if not known or rows < SMALLEST_FILE:
        return []
    wanted = max(1, round(rows * SHARE))
    return [known[(turn * 3 + i) % len(known)] for i in range(wanted)]
