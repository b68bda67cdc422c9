"""Mediation sessions of the demo: one or two for every case that was put to mediation."""

from __future__ import annotations

import numpy as np
import polars as pl

from etl.demo.days import OFFICE_HOURS, draw_times
from etl.demo.draw import as_text, draw
from etl.demo.scope import Scope

SESSION_KINDS = (
    "public_security",
    "peoples",
    "administrative",
    "judicial",
    "joint",
    "on_scene",
    "self_settlement",
)
LEAD_BODIES: dict[str | None, float] = {
    "police": 44, "judicial_office": 14, "mediation_centre": 14, "village_committee": 14, "industry_body": 4,
    "property_council": 4, "court": 3, "other": 2,
}  # fmt: skip
PLACES: dict[str | None, float] = {
    "station": 38, "police_room": 14, "home": 12, "field": 8, "workplace": 6, "street": 5, "market": 3,
    "village_committee": 9, "online": 3, "other": 2,
}  # fmt: skip


def make_mediations(scope: Scope, incidents: pl.DataFrame) -> pl.DataFrame:
    """Sessions of the mediated cases, in order of the day held, none after the last day."""
    random = scope.random("mediation")
    mediated = incidents.filter(
        pl.col("mediation_kind_code").is_in(SESSION_KINDS),
        pl.col("closed_at").is_not_null(),
        # What was settled on the scene is rarely written into the book of sessions.
        pl.col("id") % 10
        < pl.when(pl.col("mediation_kind_code").is_in(["on_scene", "self_settlement"])).then(1).otherwise(6),
    )
    is_second = pl.Series(random.random(mediated.height) < 0.15)
    first = mediated.select("id", pl.lit(1).alias("session_no"))
    second = mediated.filter(is_second).select("id", pl.lit(2).alias("session_no"))
    sessions = pl.concat([first, second]).sort("id", "session_no")
    cases = sessions.join(mediated, on="id", how="left", maintain_order="left")
    dated = cases.with_columns(_held_at(random, cases).alias("held_at")).sort("held_at", "id", "session_no")
    numbered = dated.drop("id").with_row_index("id").hstack(_circumstances(random, dated))
    number = pl.col("id").cast(pl.String).str.zfill(8)
    return numbered.select(
        "id", "station", "source_key", "org_code", "beat_code", "held_at", "session_no",
        "mediation_kind_code", "lead_body_code", "place_code", "is_on_request", "is_joint", "has_lawyer",
        "has_judge", "has_industry_body", "has_agreement", "is_fulfilled",
        (pl.lit("TJ") + pl.col("held_at").dt.strftime("%Y") + number).alias("session_key"),
    )  # fmt: skip


def _held_at(random: np.random.Generator, cases: pl.DataFrame) -> pl.Series:
    """The first session between receipt and closing, the second on the day of closing."""
    received, closed = cases["received_at"], cases["closed_at"]
    span = (closed - received).dt.total_days().to_numpy()
    share = np.where(cases["session_no"].to_numpy() == 2, 1.0, random.random(span.size))
    day = received.dt.truncate("1d") + pl.Series(np.floor(span * share).astype(int) * 86_400_000_000).cast(
        pl.Duration("us")
    )
    minutes = pl.Series(draw_times(random, span.size, OFFICE_HOURS) * 60_000_000).cast(pl.Duration("us"))
    return day + minutes


def _circumstances(random: np.random.Generator, cases: pl.DataFrame) -> pl.DataFrame:
    """Where, led by whom, with whom, and what came of it."""
    size = cases.height
    joint = (cases["mediation_kind_code"] == "joint").to_numpy() | (random.random(size) < 0.06)
    on_request = random.random(size) < 0.12
    is_last = (cases["session_no"] == 2) | ~cases["id"].is_in(cases.filter(pl.col("session_no") == 2)["id"].implode())
    succeeded = cases["outcome_code"].is_in(["mediation_success", "self_settled"])
    agreed = (is_last & succeeded).to_numpy()
    return pl.DataFrame(
        {
            "lead_body_code": as_text(draw(random, size, LEAD_BODIES)),
            "place_code": as_text(draw(random, size, PLACES)),
            "is_on_request": on_request,
            "is_joint": joint,
            "has_lawyer": random.random(size) < np.where(on_request, 0.5, 0.07),
            "has_judge": random.random(size) < np.where(joint, 0.25, 0.02),
            "has_industry_body": random.random(size) < np.where(joint, 0.3, 0.03),
            "has_agreement": agreed,
            "is_fulfilled": agreed & (random.random(size) < 0.93),
        }
    )
