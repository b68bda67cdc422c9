"""Work done, of the demo: a daily register, and the monthly table of counter services."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from etl.demo import bureau
from etl.demo.days import OFFICE_HOURS, draw_times, moments, office_weights
from etl.demo.draw import as_text, draw
from etl.demo.incidents import kind_numbers
from etl.demo.scope import Scope

ALL = (1.0, 1.0, 1.0, 1.0)
RURAL = (0.2, 0.6, 1.5, 1.6)
TOWNS = (1.4, 1.2, 0.7, 0.5)


@dataclass(frozen=True)
class Work:
    """One line of the register: what, which part, in which unit, how much at a time, how often a month."""

    activity: str
    part: str
    unit: str
    size: float
    a_month: float
    kinds: tuple[float, float, float, float] = ALL
    channel: str = "other"
    # Large round crowds are reported as "120余" now and then.
    is_rounded: bool = False


REGISTER = (
    Work("market_day", "done", "time", 1, 3, RURAL, "market_day"),
    Work("market_day", "persons", "person_time", 46, 3, RURAL, "market_day", True),
    Work("market_day", "received", "item", 7, 3, RURAL, "market_day"),
    Work("market_day", "on_the_spot", "item", 5, 3, RURAL, "market_day"),
    Work("home_delivery", "done", "time", 2, 6, RURAL, "home"),
    Work("home_delivery", "households", "household", 2, 3, RURAL, "home"),
    Work("rescue", "done", "case", 1.4, 5, ALL, "on_patrol"),
    Work("rescue", "persons", "person_time", 2, 4, ALL, "on_patrol"),
    Work("errand", "done", "item", 2, 4, RURAL, "police_room"),
    Work("legal_talk", "done", "time", 1, 3, ALL, "police_room"),
    Work("legal_talk", "persons", "person_time", 60, 3, ALL, "police_room", True),
    Work("patrol_trip", "done", "time", 2, 12, ALL, "on_patrol"),
    Work("patrol_trip", "kilometres", "kilometre", 38, 12, RURAL, "on_patrol"),
    Work("patrol_trip", "found", "item", 1.5, 5, ALL, "on_patrol"),
    Work("public_meeting", "done", "time", 1, 1, ALL, "police_room"),
    Work("public_meeting", "persons", "person_time", 85, 1, ALL, "police_room", True),
    Work("suggestion", "received", "item", 6, 3, ALL, "police_room"),
    Work("suggestion", "answered", "item", 4.6, 3, ALL, "phone"),
    Work("suggestion", "refused_with_reason", "item", 1.2, 2, ALL, "phone"),
    Work("outreach_material", "done", "copy", 320, 2, ALL, "home", True),
    Work("warning_posted", "done", "item", 9, 8, TOWNS, "online", True),
    Work("online_consult", "answered", "item", 7, 8, TOWNS, "online"),
    Work("inspection", "done", "time", 3, 8, TOWNS, "other"),
    Work("inspection", "found", "item", 1.2, 5, TOWNS, "other"),
    Work("information_update", "done", "item", 14, 8, ALL, "unknown"),
    Work("sales_report", "done", "item", 2, 2, RURAL, "other"),
    Work("family_session", "done", "time", 1, 0.5, ALL, "police_room"),
    Work("family_session", "households", "household", 5, 0.5, ALL, "police_room"),
    Work("small_case", "received", "case", 2, 4, TOWNS, "counter"),
    Work("small_case", "cleared", "case", 1.4, 3, TOWNS, "counter"),
    Work("dispute_sweep", "done", "time", 1, 3, RURAL, "home"),
    Work("dispute_sweep", "found", "case", 2, 3, RURAL, "home"),
    Work("joint_patrol", "done", "time", 1, 6, ALL, "on_patrol"),
    Work("joint_patrol", "persons", "person_time", 24, 5, ALL, "on_patrol", True),
)
# Counter services of the monthly table: activity, channel, received in a month at an urban station.
SERVICES = (
    ("hukou_service", "counter", 260), ("id_card_service", "counter", 310), ("id_card_service",
     "self_service", 120),
    ("certificate", "counter", 140), ("certificate", "online", 45), ("vehicle_driver", "counter", 90),
    ("legal_advice", "phone", 22),
)  # fmt: skip
SERVICE_SHARE = np.array([1.0, 0.62, 0.26, 0.1])
# Not all that is done is written down.
REGISTERED_SHARE = 0.6
PARTS = ("received", "completed", "on_the_spot", "one_visit")


def make_activities(scope: Scope) -> pl.DataFrame:
    """The daily register in order of time."""
    random = scope.random("activity")
    frames = [_one_work(scope, random, work) for work in REGISTER]
    register = pl.concat(frames).sort("done_at", "station", "activity_code", "part_code").with_row_index("id")
    station = register["station"].to_numpy()
    return register.with_columns(
        pl.Series("org_code", bureau.CODES[station]),
        as_text(bureau.draw_beats(random, station)).alias("beat_code"),
        (pl.lit("GZ") + pl.col("done_at").dt.strftime("%Y") + pl.col("id").cast(pl.String).str.zfill(7)).alias(
            "activity_key"
        ),
    )


def _one_work(scope: Scope, random: np.random.Generator, work: Work) -> pl.DataFrame:
    """All entries of one line of the register; at least one a station."""
    months = scope.days.size / 30.4 * REGISTERED_SHARE
    times = np.maximum(1, random.poisson(work.a_month * months * np.array(work.kinds)[kind_numbers()]))
    station = np.repeat(np.arange(len(bureau.STATIONS)), times)
    day = random.choice(scope.days.size, station.size, p=office_weights(scope))
    at = moments(scope, day, draw_times(random, station.size, OFFICE_HOURS)).astype("datetime64[us]")
    quantity = np.maximum(1, random.poisson(work.size, station.size))
    is_bound = work.is_rounded & (quantity >= 10) & (random.random(station.size) < 0.35)
    channel = draw(random, station.size, {work.channel: 90, None: 10})
    return pl.DataFrame(
        {
            "station": station.astype(np.int8),
            "done_at": at,
            "activity_code": [work.activity] * station.size,
            "part_code": [work.part] * station.size,
            "unit_code": [work.unit] * station.size,
            "channel_code": as_text(channel),
            "quantity": np.where(is_bound, quantity // 10 * 10, quantity),
            "is_at_least": is_bound,
        }
    )


def make_services(scope: Scope) -> pl.DataFrame:
    """The monthly table, a row per month, station and service, a column per part; empty where not counted."""
    random = scope.random("services")
    months = pl.date_range(scope.start.replace(day=1), scope.until, "1mo", eager=True).alias("period_month")
    stations = pl.DataFrame({"station": range(len(bureau.STATIONS)), "org_code": bureau.CODES})
    services = pl.DataFrame(SERVICES, schema=["activity_code", "channel_code", "usual"], orient="row")
    rows = months.to_frame().join(stations, how="cross").join(services, how="cross")
    share = SERVICE_SHARE[kind_numbers()][rows["station"].to_numpy()]
    received = random.poisson(rows["usual"].to_numpy() * share)
    completed = random.binomial(received, 0.97)
    parts = (received, completed, random.binomial(completed, 0.78), random.binomial(completed, 0.91))
    counted = rows.drop("usual").with_columns(
        pl.lit("item").alias("unit_code"),
        *(pl.Series(name, values) for name, values in zip(PARTS, parts, strict=True)),
    )
    # Machines count what they finish, not how often people came.
    by_machine = pl.col("channel_code").is_in(["self_service", "online"])
    return counted.with_columns(
        pl.when(~by_machine).then(pl.col(name)).alias(name) for name in ("on_the_spot", "one_visit")
    ).with_row_index("id")
