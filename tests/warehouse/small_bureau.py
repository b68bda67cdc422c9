"""A small bureau rich in odd cases: two branches, five stations, 27 months around the leap day of 2024."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import duckdb

from tests.warehouse.small_archive import SmallArchive

Row = dict[str, Any]

FIRST, LAST = date(2023, 1, 1), date(2025, 3, 31)
# Incidents end within a month: March 2025 is a part month.
INCIDENTS_UNTIL = date(2025, 3, 20)
DELIVERED = "2025-04-02"
# East has the old station S2 and its successor S5; in West S4 starts later, and S3 lost the reports of September 2023.
ORGANISATIONS: tuple[Row, ...] = (
    {"code": "C", "name": "市局", "level_code": "city_bureau"},
    {"code": "E", "name": "东城分局", "level_code": "branch", "parent_code": "C"},
    {"code": "W", "name": "西城分局", "level_code": "branch", "parent_code": "C"},
    {"code": "S1", "parent_code": "E", "station_type_code": "urban", "on_time_minutes": 5},
    {"code": "S2", "parent_code": "E", "station_type_code": "town", "valid_to": date(2024, 6, 30),
     "succeeded_by_code": "S5"},
    {"code": "S3", "parent_code": "W", "station_type_code": "rural", "on_time_minutes": 15},
    {"code": "S4", "parent_code": "W", "station_type_code": "rural", "valid_from": date(2023, 7, 1)},
    {"code": "S5", "parent_code": "E", "station_type_code": "town", "on_time_minutes": 10,
     "valid_from": date(2024, 7, 1)},
    {"code": "B11", "level_code": "beat", "parent_code": "S1"},
    {"code": "B12", "level_code": "beat", "parent_code": "S1"},
    {"code": "B31", "level_code": "beat", "parent_code": "S3"},
)  # fmt: skip
# Station -> the windows it reported, which are also the days of its records.
WINDOWS: dict[str, tuple[tuple[date, date], ...]] = {
    "S1": ((FIRST, INCIDENTS_UNTIL),),
    "S2": ((FIRST, date(2024, 6, 30)),),
    "S3": ((FIRST, date(2023, 8, 31)), (date(2023, 10, 1), INCIDENTS_UNTIL)),
    "S4": ((date(2023, 7, 1), INCIDENTS_UNTIL),),
    "S5": ((date(2024, 7, 1), INCIDENTS_UNTIL),),
}
BEATS = {"S1": ("S1", "B11", "B12"), "S3": ("S3", "B31")}
# Parts by the flags of the outcome: received, closed, resolved, failed, referred, escalated.
PARTS = {
    "pending": (1, 0, 0, 0, 0, 0),
    "resolved_on_the_spot": (1, 1, 1, 0, 0, 0),
    "mediation_success": (1, 1, 1, 0, 0, 0),
    "self_settled": (1, 1, 1, 0, 0, 0),
    "mediation_failed": (1, 1, 0, 1, 0, 0),
    "to_criminal_case": (1, 1, 0, 1, 0, 1),
    "to_litigation": (1, 1, 0, 1, 0, 0),
    "referred_out": (1, 0, 0, 0, 1, 0),
    "withdrawn": (1, 1, 0, 0, 0, 0),
    "invalid": (0, 0, 0, 0, 0, 0),
}
NAMES = ("received_count", "closed_count", "resolved_count", "failed_count", "referred_count", "escalated_count")
TYPES = ("neighbour", "water_leak", "marriage_family", "elder_support", "debt", "labour", None)
CHANNELS = ("call_110", "call_110", "walk_in", "found_on_visit", "grid_report", "unknown", None)
PROTECTED = ("victim_household", "minors")


def parts_of(outcome: str | None, target: str | None) -> Row:
    """The parts of one case; one that names where it was sent and is closed by now was referred and has come back."""
    if outcome is None:
        return {}
    parts: Row = dict(zip(NAMES, PARTS[outcome], strict=True))
    returned = int(target is not None and parts["closed_count"] == 1)
    return parts | {
        "referred_count": max(parts["referred_count"], returned),
        "referral_returned_count": returned,
    }


def case(received_on: date, outcome: str | None = "pending", *, days: int | None = None, **more: Any) -> Row:
    """One dispute; `days` until it was closed."""
    closed = {"closed_on": received_on + timedelta(days=days), "days_to_close": days} if days is not None else {}
    parts = parts_of(outcome, more.get("referral_target_code"))
    return {"received_on": received_on, "outcome_code": outcome, **closed, **parts, **more}


def random_case(chance: random.Random, first: date, last: date) -> Row:
    """A case of any kind; every fact is now and then unknown."""
    day = _day(chance, first, last)
    outcome = chance.choice(list(PARTS))
    is_closed = PARTS[outcome][1] == 1
    # A closed case may come without its closing day.
    longest = (INCIDENTS_UNTIL - day).days
    days = min(int(chance.expovariate(1 / 25)), longest) if is_closed and chance.random() < 0.93 else None
    is_returned = is_closed and chance.random() < 0.15
    urgent = chance.choice((True, True, False, None))
    # Every hour, and none at all on five days of 29.
    hour = day.toordinal() % 29
    return case(
        day,
        outcome,
        days=days,
        received_hour=hour if hour < 24 else None,
        dispute_type_code=chance.choice(TYPES),
        channel_code=chance.choice(
            ("call_110", "call_110", "walk_in", "found_on_visit", "grid_report", "unknown", None)
        ),
        first_responder_code=chance.choice(("police", "liaison", "unknown", None)),
        settled_stage_code=chance.choice(("phone", "before_arrival", "scene", "unsettled", "unknown", None)),
        mediation_kind_code=chance.choice(("peoples", "on_scene", "none", "none", None)),
        referral_target_code="community" if outcome == "referred_out" or is_returned else None,
        risk_level_code=chance.choice(("low", "high", "ungraded", None)),
        is_urgent=urgent,
        is_non_police=chance.choice((True, False, None)),
        response_minutes=chance.choice((None, 3, 5, 6, 10, 11, 15, 16, 40)) if urgent is not None else None,
        dispute_key=chance.choice((None, f"dispute {chance.randrange(150)}")),
    )


def incidents(station: str, first: date, last: date) -> list[Row]:
    """About a case a week of one station; where it has beats, some belong to them."""
    count = max(12, (last - first).days // 7)
    chance = random.Random(f"{station} {first}")
    places = BEATS.get(station, (station,))
    rows = [random_case(chance, first, last) | {"org_code": chance.choice(places)} for _ in range(count)]
    return [row | {"key": f"{station} {first} {number}"} for number, row in enumerate(rows)]


def odd_incidents() -> list[Row]:
    """What chance would not bring: repeats on day 90 and 91, leap days, closings on the last day, no facts at all."""
    leap = date(2024, 2, 29)
    closed = date(2024, 1, 10)
    pair = [
        ("r90", closed, closed + timedelta(days=90)),
        ("r91", closed, closed + timedelta(days=91)),
        ("r0", closed, closed),
    ]
    repeats = [
        row
        for name, first, again in pair
        for row in (
            case(first, "mediation_success", days=0, key=f"{name} a", dispute_key=name, dispute_type_code="sale"),
            case(again, key=f"{name} b", dispute_key=name, dispute_type_code="sale"),
        )
    ]
    others = [
        case(leap, "resolved_on_the_spot", days=0, dispute_type_code="neighbour", channel_code="call_110"),
        case(leap, "pending", dispute_type_code="neighbour", is_urgent=True, response_minutes=0),
        # Closed on 29 February, open over it, closed on the last day and open since the first.
        case(date(2023, 2, 28), "mediation_success", days=366, dispute_type_code="debt"),
        case(date(2024, 12, 21), "to_criminal_case", days=89),
        case(date(2024, 12, 20), "to_criminal_case", days=1),
        case(date(2024, 12, 20), "to_criminal_case", days=0),
        case(FIRST, "pending", dispute_type_code="labour"),
        # Delivered after the last day that is covered, and closed after it too: on that day it was open.
        case(date(2025, 2, 10), "mediation_success", days=46, dispute_type_code="sale"),
        case(date(2023, 5, 20), "mediation_success", days=675, dispute_type_code="sale"),
        case(date(2024, 3, 3), key="settled later"),
        case(date(2024, 3, 3), key="gone"),
        # Sent on and back; sent on and not back; closed by whom nobody knows.
        case(date(2023, 5, 5), "mediation_success", days=40, referral_target_code="court", is_non_police=True),
        case(date(2023, 5, 6), "referred_out", referral_target_code="court", is_non_police=True),
        case(date(2023, 5, 7), None, dispute_type_code="neighbour"),
        case(date(2023, 5, 8), "withdrawn", days=2),
        case(date(2023, 5, 9), "invalid", is_urgent=True, response_minutes=4, channel_code="call_110"),
    ]
    return [{"key": f"odd {number}"} | row for number, row in enumerate([*repeats, *others])]


def total(start: date, end: date, count: int, **more: Any) -> Row:
    """A total that a source delivers for a period."""
    return {"is_total": True, "period_start": start, "period_end": end, "incident_count": count, **more}


def totals() -> list[Row]:
    """Totals for months and longer, some of whose parts are not delivered."""
    parts = {"received_count": 20, "closed_count": 18, "resolved_count": 15, "failed_count": 2, "referred_count": 3}
    parts |= {"referral_returned_count": 1, "escalated_count": 1}
    rows = [
        total(date(2023, 4, 1), date(2023, 6, 30), 30, org_code="W", received_count=25, dispute_type_code="neighbour"),
        total(date(2023, 5, 1), date(2023, 5, 31), 22, org_code="S1", **parts, dispute_type_code="debt"),
        total(date(2024, 2, 1), date(2024, 2, 29), 12, org_code="S4", received_count=12, resolved_count=9,
              failed_count=1, closed_count=11, mediation_kind_code="peoples"),
        total(date(2024, 1, 1), date(2024, 3, 31), 40, org_code="S3", **parts, channel_code="call_110"),
        total(date(2023, 11, 1), date(2023, 11, 30), 7, org_code="C"),
        total(date(2023, 11, 1), date(2023, 11, 30), 3, org_code="S1", outcome_code="invalid", received_count=0),
        total(date(2023, 11, 1), date(2023, 11, 30), 4, org_code="S1", channel_code="found_on_visit"),
        total(date(2023, 12, 15), date(2024, 1, 14), 9, org_code="S3", is_non_police=True, **parts),
        total(date(2024, 5, 1), date(2024, 5, 31), 6, org_code="B11", dispute_type_code="neighbour", received_count=6),
        total(date(2024, 5, 6), date(2024, 5, 12), 5, org_code="S1", settled_stage_code="phone"),
        total(date(2024, 9, 1), date(2024, 9, 30), 0, org_code="S5", received_count=0, resolved_count=0),
    ]  # fmt: skip
    return [{"key": f"total {number}", **row} for number, row in enumerate(rows)]


def sessions() -> Iterator[Row]:
    """Mediation sessions; place, request and company are now and then unknown."""
    chance = random.Random("sessions")
    for _ in range(130):
        yield {
            "org_code": chance.choice(("S1", "S3", "S4", "B31", "E")),
            "held_on": _day(chance, FIRST, LAST),
            "mediation_kind_code": chance.choice(("peoples", "public_security", "joint", None)),
            "place_code": chance.choice(("station", "police_room", "home", "field", None)),
            "is_on_request": chance.choice((True, False, None)),
            "is_joint": chance.choice((True, False, None)),
        }
    yield {"org_code": "S1", "held_on": date(2024, 2, 29), "place_code": "market"}


def invitations() -> Iterator[Row]:
    """Surveys of five points and of three, answered or not, weighted or not."""
    chance = random.Random("invitations")
    for _ in range(260):
        points = chance.choice((5, 5, 5, 3))
        status = chance.choice(("valid", "valid", "valid", "dont_know", "refused", "no_contact"))
        yield {
            "org_code": chance.choice(("S1", "S2", "S3", "S4", "S5", "W")),
            "invited_on": _day(chance, FIRST, LAST),
            "survey_code": chance.choice(("callback_dispute", "callback_visit", "counter")),
            "scale_points": points,
            "mode_code": chance.choice(("phone", "sms", None)),
            "subject_code": chance.choice(("mediation", "visit", None)),
            "level": chance.randint(1, points) if status == "valid" else None,
            "answer_status_code": status,
            "weight": chance.choice((1.0, 1.0, 0.5, 2.25, 0.1)),
        }


def visits() -> Iterator[Row]:
    """Visits, protected ones and totals among them; what they found is now and then unknown."""
    chance = random.Random("visits")
    for _ in range(230):
        category = chance.choice(("deputies", "key_premises", "none", *PROTECTED, None))
        found = chance.choice((None, 0, 0, 1, 2))
        yield {
            "org_code": chance.choice(("S1", "B11", "B12", "S2", "S3", "B31", "S4", "S5")),
            "visited_on": _day(chance, FIRST, LAST),
            "category_code": category,
            "purpose_code": chance.choice(("follow_up", "publicity", "hardship_household", None)),
            "transport_code": chance.choice(("foot", "horse", None)),
            "households_count": chance.choice((None, 1, 1, 12)),
            "disputes_found_count": found,
            "opinions_count": chance.choice((None, 0, 3)),
        }
    whole = {"is_total": True, "category_code": "deputies"}
    february = {"period_start": date(2024, 2, 1), "period_end": date(2024, 2, 29)}
    yield {**whole, **february, "org_code": "S3", "visit_count": 50, "disputes_found_count": 4, "households_count": 70}
    quarter = {"period_start": date(2024, 1, 1), "period_end": date(2024, 3, 31)}
    yield {**whole, **quarter, "org_code": "W", "visit_count": 80, "opinions_count": 9}
    yield {**whole, **february, "org_code": "B12", "visit_count": 6, "transport_code": "foot"}
    # A protected total over two months, of which only the two together may be told.
    across = {"period_start": date(2024, 2, 10), "period_end": date(2024, 3, 9), "is_total": True}
    yield {**across, "org_code": "S4", "category_code": "minors", "visit_count": 11, "disputes_found_count": 1}


def targets() -> Iterator[Row]:
    """Lists of targets by the month: named ones, totals, and totals that do not say how many were visited."""
    chance = random.Random("targets")
    for year, month in ((2023, 11), (2024, 2), (2024, 3), (2024, 12), (2025, 2), (2025, 3)):
        first = date(year, month, 1)
        for station in ("S1", "S3", "S4"):
            listed = chance.randint(5, 40)
            visited = chance.choice((None, 0, listed // 2, listed))
            row = {"month_start": first, "org_code": station, "targets": listed, "targets_visited": visited}
            yield row | {"category_code": chance.choice(("deputies", "key_premises"))}
        yield {"month_start": first, "org_code": "S5", "category_code": "grassroots_org", "target_key": "hall"}


# Activity, part, unit of the counts that are made, and of the ratios' other parts.
WORK = (
    ("hukou_service", "completed", "item"), ("hukou_service", "received", "item"),
    ("hukou_service", "on_the_spot", "item"), ("hukou_service", "one_visit", "item"),
    ("id_card_service", "completed", "item"), ("id_card_service", "received", "item"),
    ("certificate", "completed", "item"), ("home_delivery", "done", "time"), ("rescue", "done", "case"),
    ("errand", "done", "item"), ("market_day", "done", "time"), ("market_day", "persons", "person_time"),
    ("market_day", "on_the_spot", "item"), ("market_day", "received", "item"), ("patrol_trip", "done", "time"),
    ("patrol_trip", "kilometres", "kilometre"), ("legal_talk", "done", "time"),
    ("legal_talk", "persons", "person_time"), ("public_meeting", "done", "time"),
    ("public_meeting", "persons", "person_time"), ("suggestion", "received", "item"),
    ("suggestion", "answered", "item"), ("suggestion", "refused_with_reason", "item"),
    ("outreach_material", "done", "copy"), ("warning_posted", "done", "item"), ("online_consult", "answered", "item"),
    ("inspection", "done", "time"), ("information_update", "done", "item"), ("family_session", "done", "time"),
    ("family_session", "households", "household"), ("small_case", "received", "case"),
    ("small_case", "cleared", "case"), ("dispute_sweep", "done", "time"), ("dispute_sweep", "found", "case"),
    ("joint_patrol", "done", "time"),
)  # fmt: skip


def work() -> Iterator[Row]:
    """Daily work by day, week, month; a channel that does not report what was done on the spot; "more than 120"."""
    chance = random.Random("work")
    for activity, part, unit in WORK:
        for _ in range(8):
            first = _day(chance, FIRST, LAST)
            length = chance.choice((0, 0, 6, 30))
            yield {
                "org_code": chance.choice(("S1", "S3", "S5", "B12", "E")),
                **_lasting(first, min(first + timedelta(days=length), LAST)),
                "activity_code": activity,
                "part_code": part,
                "unit_code": unit,
                "channel_code": chance.choice(("counter", "home", None)),
                "quantity": chance.randint(0, 60),
                "qualifier_code": chance.choice(("exact", "exact", "exact", "at_least")),
            }
    rescue = {"activity_code": "rescue", "part_code": "done", "unit_code": "case", "quantity": 120}
    yield {"org_code": "S5", "done_on": date(2025, 2, 3), **rescue, "qualifier_code": "at_least"}
    # Another unit of the same work is another count.
    yield {"org_code": "S1", "done_on": date(2024, 2, 29), **rescue, "unit_code": "item", "qualifier_code": "exact"}
    spot = {"activity_code": "errand", "channel_code": "online", "unit_code": "item", "done_on": date(2024, 2, 29)}
    yield {"org_code": "S1", **spot, "part_code": "received", "quantity": 99}


def population() -> list[Row]:
    """Missing in 2024 at S1, ending in 2022 at S3 but for its beat, beginning in 2025 at S4."""
    rows: list[tuple[str, int, int]] = [
        ("S1", 2023, 100_000), ("S1", 2025, 104_000), ("S2", 2023, 20_000), ("S3", 2022, 9_000),
        ("B31", 2024, 3_000), ("S4", 2025, 7_000), ("S5", 2024, 24_000), ("E", 2023, 500_000),
    ]  # fmt: skip
    return [
        {"key": f"{org} {year}", "org_code": org, "year": year, "residents": count, "is_estimate": org == "S4"}
        for org, year, count in rows
    ]


def _day(chance: random.Random, first: date, last: date) -> date:
    return first + timedelta(days=chance.randint(0, (last - first).days))


def _lasting(first: date, last: date) -> Row:
    return {"done_on": first} if first == last else {"period_start": first, "period_end": last}


def deliver(archive: SmallArchive) -> None:
    """Deliver everything, feed by feed."""
    archive.deliver(
        "org",
        *({"level_code": "station", "name": org["code"], "key": org["code"], **org} for org in ORGANISATIONS),
        at="2023-01-01",
    )
    for station, windows in WINDOWS.items():
        for first, last in windows:
            # What S1 counts of labour disputes begins in 2024.
            covered = [{"dispute_type_code": "labour", "from": date(2024, 1, 1), "to": None}] if station == "S1" else []
            rows = incidents(station, first, last)
            said = {"window": [first, last], "reports_for": [station], "coverage": covered}
            archive.deliver("incident", *rows, at=DELIVERED, **said)
    s1 = {"window": [FIRST, INCIDENTS_UNTIL], "reports_for": ["S1"]}
    archive.deliver("incident", *odd_incidents(), at=DELIVERED, **s1)
    archive.deliver("incident", *totals(), at=DELIVERED)
    # A case once more, now settled, and one that was withdrawn: the newest delivery of a key counts.
    newer = case(date(2024, 3, 3), "mediation_success", days=4, key="settled later")
    gone = case(date(2024, 3, 3), key="gone", record_status_code="withdrawn")
    archive.deliver("incident", newer, gone, at="2025-04-03")
    whole = [FIRST, LAST]
    archive.deliver("mediation", *sessions(), at=DELIVERED, window=whole, reports_for=["S1", "S3", "S4"])
    archive.deliver("satisfaction", *invitations(), at=DELIVERED, window=whole)
    archive.deliver("visit", *visits(), at=DELIVERED, window=whole)
    archive.deliver("visit_target", *targets(), at=DELIVERED, window=whole)
    archive.deliver("activity", *work(), at=DELIVERED, window=whole, reports_for=["S1", "S3", "S5"])
    archive.deliver("population", *population(), at=DELIVERED)
    archive.deliver(
        "annotation",
        {"noted_on": date(2024, 10, 1), "kind_code": "series_break", "metric_name": "opinion_count"},
        at=DELIVERED,
    )


def open_built(archive: SmallArchive) -> duckdb.DuckDBPyConnection:
    """Build an archive and open what came of it, as readers do."""
    connection = duckdb.connect(":memory:")
    connection.execute(f"attach '{archive.build().database}' as generation (read_only)")
    connection.execute("use generation")
    # Small tables: threads would only get into each other's way.
    connection.execute("set threads = 1")
    return connection


def in_beats(feed: str) -> list[tuple[str, date, date, int]]:
    """Beat, first and last day, count of what beats delivered and may be told: no invalid case, no protected visit."""
    if feed == "visit":
        day, count = "visited_on", "visit_count"
        rows = [row for row in visits() if row.get("category_code") not in PROTECTED]
        rows = [row for row in rows if row.get("purpose_code") != "hardship_household"]
    else:
        day, count = "received_on", "incident_count"
        rows = [row for station, spans in WINDOWS.items() for span in spans for row in incidents(station, *span)]
        rows = [row for row in [*rows, *totals()] if row.get("outcome_code") != "invalid"]
    return [(row["org_code"], *_span(row, day), row.get(count, 1)) for row in rows if row["org_code"].startswith("B")]


def _span(row: Row, day: str) -> tuple[date, date]:
    return (row["period_start"], row["period_end"]) if "period_start" in row else (row[day], row[day])
