"""Satisfaction of the demo: call-backs, counter ratings, a safety survey; many do not answer."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl

from etl.demo import bureau
from etl.demo.days import OFFICE_HOURS, draw_times, moments, office_weights
from etl.demo.draw import as_text, draw, draw_by_group
from etl.demo.scope import Scope

# Shares of closed incidents and of visits that are followed up; the others are per incident.
DISPUTE_SHARE, VISIT_SHARE, COUNTER_SHARE, SAFETY_SHARE, OTHER_SHARE = 0.4, 0.16, 0.14, 0.05, 0.004
MODES: dict[str, dict[str | None, float]] = {
    "callback_dispute": {"phone": 62, "sms": 28, "face_to_face": 7, "web": 3},
    "callback_visit": {"phone": 40, "sms": 20, "qr": 22, "face_to_face": 18},
    "counter": {"device": 70, "qr": 24, "web": 6},
    "safety_survey": {"third_party": 60, "sms": 40},
    "other": {"web": 50, "other": 50},
}
SUBJECTS = {
    "callback_dispute": "mediation", "callback_visit": "visit", "counter": "service",
    "safety_survey": "safety",
    "other": "overall",
}  # fmt: skip
# Share of the invited who give a level, by mode; the rest is out of reach, refuses or does not know.
ANSWERED = {
    "phone": 0.62, "sms": 0.23, "qr": 0.35, "device": 0.8, "web": 0.3, "face_to_face": 0.93,
    "third_party": 0.55,
    "other": 0.5,
}  # fmt: skip
SILENCE: dict[str | None, float] = {"no_contact": 76, "refused": 14, "dont_know": 10}
LEVELS: tuple[dict[str | None, float], ...] = (
    {"5": 60, "4": 25, "3": 9, "2": 4, "1": 2},
    {"5": 42, "4": 27, "3": 14, "2": 11, "1": 6},
)
# The safety survey by SMS knows three levels only.
THREE_LEVELS: dict[str | None, float] = {"3": 72, "2": 22, "1": 6}
WEIGHTS = np.array([0.8, 1.0, 1.25])


def make_surveys(scope: Scope, incidents: pl.DataFrame, visits: pl.DataFrame) -> pl.DataFrame:
    """All invitations in order of time, none in the first month: the centre opened in the second."""
    random = scope.random("satisfaction")
    asked = pl.concat(
        [
            _asked_after(random, incidents, "closed_at", DISPUTE_SHARE, "callback_dispute"),
            _asked_after(random, visits, "visited_at", VISIT_SHARE, "callback_visit"),
            _asked_anyway(scope, random, COUNTER_SHARE, "counter"),
            _asked_anyway(scope, random, SAFETY_SHARE, "safety_survey"),
            _asked_anyway(scope, random, OTHER_SHARE, "other"),
        ]
    )
    opened, closed = first_day_of_surveys(scope), scope.until + timedelta(days=1)
    in_time = asked.filter(pl.col("invited_at").is_between(opened, closed, closed="left"))
    invited = in_time.sort("invited_at", "station", "survey_code").with_row_index("id")
    return _answers(scope, random, invited)


def first_day_of_surveys(scope: Scope) -> date:
    """The first day of the second month."""
    return (scope.start.replace(day=1) + timedelta(days=32)).replace(day=1)


def _asked_after(
    random: np.random.Generator, events: pl.DataFrame, moment: str, share: float, survey: str
) -> pl.DataFrame:
    """Invitations some days after an event, to a share of those concerned."""
    events = events.filter(pl.col(moment).is_not_null())
    if "outcome_code" in events.columns:
        events = events.filter(pl.col("outcome_code") != "invalid")
    chosen = events.filter(pl.Series(random.random(events.height) < share))
    days = pl.Series(random.integers(1, 11, chosen.height) * 86_400_000_000).cast(pl.Duration("us"))
    minutes = pl.Series(draw_times(random, chosen.height, OFFICE_HOURS) * 60_000_000).cast(pl.Duration("us"))
    at = chosen[moment].dt.truncate("1d") + days + minutes
    return chosen.select("station", at.alias("invited_at"), pl.lit(survey).alias("survey_code"))


def _asked_anyway(scope: Scope, random: np.random.Generator, share: float, survey: str) -> pl.DataFrame:
    """Invitations that follow no event; the safety survey is taken in May and October."""
    size = max(12, round(scope.incidents * share))
    station = random.choice(len(bureau.STATIONS), size, p=bureau.station_weights())
    weights = office_weights(scope)
    if survey == "safety_survey":
        months = scope.days.astype("datetime64[M]").astype(int) % 12 + 1
        weights = np.where(np.isin(months, [5, 10]), weights, 0)
        weights = weights / weights.sum()
    day = random.choice(weights.size, size, p=weights)
    at = moments(scope, day, draw_times(random, size, OFFICE_HOURS)).astype("datetime64[us]")
    frame = pl.DataFrame({"station": station.astype(np.int8), "invited_at": at})
    return frame.with_columns(pl.lit(survey).alias("survey_code"))


def _answers(scope: Scope, random: np.random.Generator, invited: pl.DataFrame) -> pl.DataFrame:
    """Mode, scale, level or the reason why there is none, day of the answer."""
    size, surveys = invited.height, list(MODES)
    number = invited["survey_code"].replace_strict(surveys, list(range(len(surveys))), return_dtype=pl.Int64).to_numpy()
    mode = draw_by_group(random, number, list(MODES.values()))
    share = as_text(mode).replace_strict(ANSWERED, return_dtype=pl.Float64).to_numpy()
    is_short = (number == surveys.index("safety_survey")) & (mode == "sms")
    is_different = invited["station"].to_numpy() == bureau.DIFFERENT
    level = draw_by_group(random, is_different.astype(int), LEVELS)
    level[is_short] = draw(random, is_short.sum(), THREE_LEVELS)
    answered = pl.Series(random.integers(5, 2880, size) * 60_000_000).cast(pl.Duration("us")) + invited["invited_at"]
    has_answer = (random.random(size) < share) & (answered.dt.date() <= scope.until).to_numpy()
    level[~has_answer] = draw(random, (~has_answer).sum(), SILENCE)
    station = invited["station"].to_numpy()
    return invited.with_columns(
        pl.Series("org_code", bureau.CODES[station]),
        as_text(bureau.draw_beats(random, station)).alias("beat_code"),
        answered.set(pl.Series(~has_answer), None).alias("answered_at"),
        invited["survey_code"].replace_strict(SUBJECTS).alias("subject_code"),
        as_text(mode).alias("mode_code"),
        pl.Series("scale_points", np.where(is_short, 3, 5)),
        as_text(level).alias("level"),
        pl.Series("weight", np.where(mode == "third_party", WEIGHTS[random.integers(0, 3, size)], 1.0)),
        (pl.lit("HF") + pl.col("invited_at").dt.strftime("%Y%m") + pl.col("id").cast(pl.String).str.zfill(8)).alias(
            "reply_key"
        ),
    )
