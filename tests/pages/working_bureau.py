"""The small bureau at work in two Octobers: visits, the lists of whom to visit, answers, services; countable by hand.

October 2026: A1 makes two visits a day on foot to deputies and one household each (62), the first of which finds a
dispute that is settled on even days (31 found, 15 settled); B1 one a day on horseback to a grassroots body and three
households (31); A1 besides ten visits to victim households (10), kept by month. October 2025: A1 and B1 one a day (62).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from tests.pages.small_bureau import archive, organisations, publish_generation, write_night
from warehouse.archive import ArchiveBatch

Row = dict[str, Any]
WINDOW = ["2025-01-01", "2026-10-31"]
DAYS = 31


def visit(station: str, day: date, category: str, transport: str, households: int, **more: Any) -> Row:
    """One visit."""
    return {
        "org_code": station,
        "is_total": False,
        "visited_on": day,
        "period_start": day,
        "period_end": day,
        "category_code": category,
        "transport_code": transport,
        "visit_count": 1,
        "households_count": households,
        "disputes_found_count": 0,
        "disputes_settled_count": 0,
        **more,
    }


def visits() -> Iterable[Row]:
    """The visits of both Octobers."""
    for number in range(DAYS):
        day, before = (date(year, 10, 1) + timedelta(days=number) for year in (2026, 2025))
        found = {"disputes_found_count": 1, "disputes_settled_count": 1 - day.day % 2}
        yield visit("A1", day, "deputies", "foot", 1, **found)
        yield visit("A1", day, "deputies", "foot", 1)
        yield visit("B1", day, "grassroots_org", "horse", 3)
        yield visit("A1", before, "deputies", "foot", 1)
        yield visit("B1", before, "grassroots_org", "horse", 3)
    for _ in range(10):
        yield visit("A1", date(2026, 10, 5), "victim_household", "car", 1)


def targets() -> list[Row]:
    """A1 visited 4 of 10 deputies and all 20 victim households, B1 none of 5 deputies."""
    lists = (("A1", "deputies", 10, 4), ("A1", "victim_household", 20, 20), ("B1", "deputies", 5, 0))
    now = date(2026, 10, 1)
    return [
        {"month_start": now, "org_code": org, "category_code": kind, "targets": listed, "targets_visited": done}
        for org, kind, listed, done in lists
    ]


def answers() -> list[Row]:
    """Forty asked about a visit: 27 very satisfied, 3 not at all, ten not reached."""
    day = date(2026, 10, 9)
    asked = {"org_code": "A1", "invited_on": day, "period_start": day, "period_end": day, "scale_points": 5}
    asked |= {"survey_code": "callback_visit", "subject_code": "visit", "weight": 1.0}
    levels = [5] * 27 + [1] * 3
    valid = [{**asked, "answer_status_code": "valid", "level": level} for level in levels]
    return valid + [{**asked, "answer_status_code": "no_contact", "level": None}] * 10


def work() -> Iterable[Row]:
    """Two channels report what was done on the spot, the machine only what it completed."""
    done = (
        (2026, "market_day done time", "market_day", 4, "exact"),
        (2026, "market_day persons person_time", "market_day", 30, "exact"),
        (2026, "market_day persons person_time", "market_day", 50, "at_least"),
        (2026, "market_day received item", "market_day", 20, "exact"),
        (2026, "market_day on_the_spot item", "market_day", 15, "exact"),
        (2026, "id_card_service received item", "counter", 100, "exact"),
        (2026, "id_card_service completed item", "counter", 90, "exact"),
        (2026, "id_card_service on_the_spot item", "counter", 80, "exact"),
        (2026, "id_card_service one_visit item", "counter", 81, "exact"),
        (2026, "id_card_service completed item", "self_service", 40, "exact"),
        (2026, "inspection done time", "other", 90, "exact"),
        (2025, "inspection done time", "other", 40, "exact"),
        (2026, "joint_patrol persons person_time", "on_patrol", 120, "at_least"),
    )
    for year, codes, channel, quantity, qualifier in done:
        activity, part, unit = codes.split()
        day = date(year, 10, 8)
        yield {
            "org_code": "A1",
            "done_on": day,
            "period_start": day,
            "period_end": day,
            "activity_code": activity,
            "channel_code": channel,
            "part_code": part,
            "unit_code": unit,
            "quantity": quantity,
            "qualifier_code": qualifier,
        }


def publish_working_bureau(data: Path, generation_id: str) -> None:
    """Build it in a data directory."""
    folder = data / "archive"
    delivered: list[ArchiveBatch] = [
        archive(folder, "org", "org", organisations()),
        archive(folder, "visit", "visit", list(visits()), window=WINDOW),
        archive(folder, "visit_target", "targets", targets()),
        archive(folder, "satisfaction", "satisfaction", answers(), window=WINDOW),
        archive(folder, "activity", "activity", list(work()), window=WINDOW),
    ]
    publish_generation(data, generation_id, delivered)
    write_night(data, generation=generation_id)
