"""The rows a metric is summed over: for each relation its marts, cheapest first, and the dimensions they have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

ORGANISATION = {
    "city_bureau": "r.city_bureau_code",
    "branch": "r.branch_code",
    "station": "r.station_code",
    "station_type": "s.station_type_code",
}
DISPUTE_TYPE = {"dispute_type": "r.dispute_type_code", "dispute_group": "t.group_code"}
INCIDENT = {
    name: f"r.{name}_code"
    for name in (
        "channel",
        "first_responder",
        "settled_stage",
        "outcome",
        "mediation_kind",
        "referral_target",
        "risk_level",
    )
}
# Of single incidents; a total has neither.
RECEIVED_AT = {"weekday": "cast(r.weekday as varchar)", "hour": "lpad(cast(r.received_hour as varchar), 2, '0')"}
# Joined where an expression names the alias.
JOINS = {
    "s": "left join core.dim_org as s on r.station_code = s.code",
    "t": "left join core.dim_dispute_type as t on r.dispute_type_code = t.code",
}


@dataclass(frozen=True)
class Source:
    """One table that holds the rows of a relation, at a grain of days or of whole months.

    The grain "age" is that of a stock whose old cases are counted by what the marts have beside the young ones.
    """

    table: str
    dimensions: Mapping[str, str]
    grain: Literal["day", "month", "age"] = "day"
    start: str = "r.period_start"
    end: str = "r.period_end"
    month: str = "r.month_start"

    def has(self, dimensions: frozenset[str]) -> bool:
        """Whether it can be split and filtered by all of these (by month every source can)."""
        return dimensions - {"month"} <= self.dimensions.keys()


@dataclass(frozen=True)
class Relation:
    """Rows of one kind, by the day on which they count; `sources` agree wherever they all have an answer."""

    name: str
    feed: str
    sources: tuple[Source, ...]

    @property
    def dimensions(self) -> frozenset[str]:
        """Every dimension that some source has."""
        return frozenset().union(*(source.dimensions for source in self.sources), {"month"})


def _one_day(table: str, column: str, dimensions: Mapping[str, str]) -> Source:
    return Source(table, dimensions, start=f"r.{column}", end=f"r.{column}")


_SURVEYED = ORGANISATION | {"survey": "r.survey_code", "mode": "r.mode_code", "subject": "r.subject_code"}
_BUREAU = {"city_bureau": ORGANISATION["city_bureau"]}
_TYPED = ORGANISATION | DISPUTE_TYPE
_EVERY = _TYPED | INCIDENT
_RECEIVED = _EVERY | RECEIVED_AT
_ALL = (
    Relation(
        "incident_received",
        "incident",
        (
            Source("mart.incident_month", _TYPED, "month"),
            Source("mart.incident_hour_month", ORGANISATION | RECEIVED_AT, "month"),
            Source("mart.incident_day", _TYPED),
            Source("core.incident_part", _RECEIVED),
        ),
    ),
    Relation(
        "incident_closed",
        "incident",
        (
            Source("mart.incident_closed_month", _TYPED, "month"),
            Source("mart.incident_closed_day", _TYPED),
            Source(
                "core.incident_part",
                _EVERY,
                start="r.closed_period_start",
                end="r.closed_period_end",
                month="cast(date_trunc('month', r.closed_period_start) as date)",
            ),
        ),
    ),
    Relation(
        "response",
        "incident",
        (Source("mart.response_minutes_month", _TYPED, "month"), Source("core.incident_part", _RECEIVED)),
    ),
    Relation(
        "duration",
        "incident",
        (
            Source("mart.days_to_close_type_month", _BUREAU | DISPUTE_TYPE, "month"),
            Source("mart.days_to_close_station_month", ORGANISATION, "month"),
            Source("mart.days_to_close_month", _TYPED, "month"),
            Source("core.incident_part", _RECEIVED),
        ),
    ),
    # The stock has no period of its own: what came in up to a day, less what was closed up to it.
    Relation(
        "stock",
        "incident",
        (
            Source("mart.incident_month", _TYPED, "month"),
            Source("core.incident_part", _TYPED | {"age_band": "r.age_band"}, "age"),
            Source("core.incident_part", _EVERY | {"age_band": "r.age_band"}),
        ),
    ),
    # Below the station there are monthly counts, and nothing else.
    Relation("beat_incident", "incident", (Source("mart.beat_month", _TYPED | {"beat": "r.beat_code"}, "month"),)),
    Relation("beat_visit", "visit", (Source("mart.beat_month", ORGANISATION | {"beat": "r.beat_code"}, "month"),)),
    Relation(
        "mediation",
        "mediation",
        (
            _one_day(
                "mart.mediation_day",
                "held_on",
                ORGANISATION
                | {
                    "mediation_kind": "r.mediation_kind_code",
                    "lead_body": "r.lead_body_code",
                    "mediation_place": "r.place_code",
                },
            ),
        ),
    ),
    Relation(
        "visit",
        "visit",
        (
            Source(
                "mart.visit_day",
                ORGANISATION
                | {"visit_category": "r.category_code", "transport": "r.transport_code"}
                # A row that stands for more than a day belongs to none: see metric_sql.inside.
                | {"day": "cast(r.period_start as varchar)"},
            ),
        ),
    ),
    Relation(
        "visit_target",
        "visit",
        (
            Source(
                "(select v.*, o.station_code, o.branch_code, o.city_bureau_code"
                " from core.visit_target as v left join core.dim_org as o on v.org_code = o.code)",
                ORGANISATION | {"visit_category": "r.category_code"},
                "month",
            ),
        ),
    ),
    Relation(
        "satisfaction",
        "satisfaction",
        (
            _one_day(
                "mart.satisfaction_day",
                "invited_on",
                _SURVEYED,
            ),
        ),
    ),
    # Every answer once for each level that it could have: a share of a level has all answers below the line.
    Relation(
        "satisfaction_level",
        "satisfaction",
        (
            _one_day(
                "(select a.*, l.of_level from mart.satisfaction_day as a,"
                " unnest(range(1, a.scale_points + 1)) as l(of_level))",
                "invited_on",
                _SURVEYED | {"level": "concat(r.scale_points, '-', r.of_level)"},
            ),
        ),
    ),
    Relation(
        "activity",
        "activity",
        (
            Source(
                "mart.activity_day",
                ORGANISATION | {"activity": "r.activity_code", "service_channel": "r.channel_code"},
            ),
        ),
    ),
)
RELATIONS: dict[str, Relation] = {relation.name: relation for relation in _ALL}
