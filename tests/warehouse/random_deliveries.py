"""Random nights of every feed: new records, corrections, withdrawals, snapshots, copies, totals, late files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from tests.warehouse.small_archive import EVENT, SmallArchive

Row = dict[str, Any]
FIRST_DAY = date(2026, 1, 1)
STATUSES = ["active"] * 6 + ["withdrawn"]


@dataclass
class RandomDeliveries:
    """Delivers into a small archive; few keys, so that they come again, and every field null at times."""

    archive: SmallArchive
    chance: Random
    feeds: dict[str, Callable[[], Row]] = field(init=False)

    def __post_init__(self) -> None:
        self.feeds = {
            "incident": self._incident,
            "visit": self._visit,
            "visit_target": self._target,
            "mediation": self._mediation,
            "satisfaction": self._satisfaction,
            "activity": self._activity,
        }

    def night(self, number: int) -> None:
        """The files of one night, the first one larger; a quarter of them is as old as files of the nights before."""
        for feed, make in self.feeds.items():
            for file in range(self.chance.choice([0, 1, 1, 2]) if number else 1):
                rows = [make() for _ in range(self.chance.randrange(1, 6) if number else 25)]
                if self.chance.random() < 0.1:
                    rows.append(rows[0])
                if self.chance.random() < 0.1:
                    # An unfolded row: several records of one line.
                    rows = [row | {"line": 2 + place // 2} for place, row in enumerate(rows)]
                late = self.chance.randrange(1, 4) if self.chance.random() < 0.25 else 0
                at = date(2026, 4, 10) + timedelta(days=number - late)
                said = self._window(feed) | self._days(feed, rows)
                mapping = self.chance.choice(["one", "one", "other"])
                self.archive.deliver(
                    feed, *rows, at=str(at), batch=f"{number:02}-{feed}-{file}", mapping=mapping, **said
                )

    def _window(self, feed: str) -> dict[str, Any]:
        if self.chance.random() > 0.25:
            return {}
        if feed == "visit_target":
            return {"delivery": "snapshot"}
        start = self._month()
        window = [str(start), str(start + timedelta(days=self.chance.choice([27, 60])))]
        reports_for = self.chance.choice(["bureau", ["S1"], ["S2"]])
        return {"delivery": "snapshot", "window": window, "reports_for": reports_for}

    def _days(self, feed: str, rows: list[Row]) -> dict[str, Any]:
        if feed not in EVENT or self.chance.random() < 0.5:
            return {}
        first = min(row.get("period_start") or row[EVENT[feed]] for row in rows)
        last = max(row.get("period_end") or row[EVENT[feed]] for row in rows)
        return {"earliest_on": str(first), "latest_on": str(last)}

    def _day(self) -> date:
        return FIRST_DAY + timedelta(days=self.chance.randrange(90))

    def _month(self) -> date:
        return FIRST_DAY.replace(month=self.chance.randrange(1, 4))

    def _some(self, **choices: list[Any]) -> Row:
        return {name: self.chance.choice(values) for name, values in choices.items()}

    def _total(self, count: str) -> Row:
        start = self._month()
        end = start + timedelta(days=self.chance.choice([27, 40]))
        return {"is_total": True, count: self.chance.choice([0, 3]), "period_start": start, "period_end": end}

    def _incident(self) -> Row:
        key = f"i{self.chance.randrange(60)}"
        received_on = self._day()
        row: Row = {"key": key, "incident_key": key, "received_on": received_on} | self._some(
            org_code=["S1", "S2", "B11", "B12", "D", "X9"],
            received_hour=[None, 1, 2],
            dispute_type_code=[None, "neighbour", "debt"],
            outcome_code=["mediation_success", "mediation_failed", "pending", "invalid"],
            record_status_code=STATUSES,
            dispute_key=[None, "d1", "d2", "d3", "d4"],
            is_urgent=[None, True, False],
            response_minutes=[None, 3, 5],
            channel_code=[None, "call_110", "unknown", "found_on_visit"],
            received_count=[None, 0, 1],
            closed_count=[None, 0, 1],
            resolved_count=[None, 0, 1],
        )
        if self.chance.random() < 0.6:
            days = self.chance.randrange(30)
            row |= {"closed_on": received_on + timedelta(days=days), "days_to_close": days}
        if self.chance.random() < 0.15:
            row |= self._total("incident_count") | {"incident_key": None, "dispute_key": None}
        return row

    def _visit(self) -> Row:
        row = {"key": f"v{self.chance.randrange(60)}", "visited_on": self._day()} | self._some(
            org_code=["S1", "S2", "B11", "B12"],
            purpose_code=[None, "dispute"],
            category_code=[None, "deputies", "minors", "victim_household"],
            target_key=[None, *(f"t{number}" for number in range(8))],
            minutes=[None, 0, 5],
            opinions_count=[None, 0, 2],
            disputes_found_count=[None, 0, 1],
            has_contact=[None, True, False],
            record_status_code=STATUSES,
        )
        return row | self._total("visit_count") | {"target_key": None} if self.chance.random() < 0.15 else row

    def _target(self) -> Row:
        row = {"key": f"l{self.chance.randrange(40)}", "month_start": self._month()} | self._some(
            org_code=["S1", "S2", "B11", "B12"], category_code=["deputies", "minors", "victim_household"]
        )
        if self.chance.random() < 0.8:
            return row | {"target_key": f"t{self.chance.randrange(8)}"}
        return row | self._some(targets=[None, 0, 4], targets_visited=[None, 0, 2])

    def _mediation(self) -> Row:
        row = {"key": f"m{self.chance.randrange(20)}", "incident_key": f"i{self.chance.randrange(60)}"}
        return row | {"held_on": self._day()} | self._some(is_joint=[None, True, False], record_status_code=STATUSES)

    def _satisfaction(self) -> Row:
        row = {"key": f"s{self.chance.randrange(20)}", "invited_on": self._day()}
        return row | self._some(level=[None, 1, 5], weight=[0.1, 0.7, 1.0], record_status_code=STATUSES)

    def _activity(self) -> Row:
        row = {"key": f"a{self.chance.randrange(20)}", "done_on": self._day()}
        return row | self._some(quantity=[0, 1, 120], record_status_code=STATUSES)
