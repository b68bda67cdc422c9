"""Visits of the demo, and the monthly lists of whom to visit."""

from __future__ import annotations

import numpy as np
import polars as pl

from etl.demo import bureau
from etl.demo.days import OFFICE_HOURS, draw_times, moments, office_weights
from etl.demo.draw import as_text, draw, draw_by_group
from etl.demo.incidents import kind_numbers
from etl.demo.scope import Scope
from warehouse.reference import codes_of

VISITS_PER_INCIDENT = 0.6
CATEGORIES: dict[str | None, float] = {
    "victim_household": 12, "hardship_household": 9, "deputies": 3, "grassroots_org": 6, "key_premises": 13,
    "dispute": 11, "minors": 2, "key_groups": 2, "public_opinion": 7, "verify_household": 5,
    "verify_population": 7,
    "verify_vehicle": 2, "promote_fire_theft": 4, "promote_fraud": 6, "promote_traffic": 3,
    "promote_drugs": 2,
    "promote_contact": 2, "none": 6,
}  # fmt: skip
# Categories that are no purpose themselves.
PURPOSES = {"verify": "verification", "promote": "publicity"}
OTHER_PURPOSES: dict[str | None, float] = {"follow_up": 50, "assistance": 22, "patrol": 18, "other": 10}
TRANSPORTS: tuple[dict[str | None, float], ...] = (
    {
        "foot": 44,
        "bicycle": 4,
        "ebike": 24,
        "motorcycle": 3,
        "car": 17,
        "online": 6,
        "other": 0.5,
        "unknown": 1,
    },
    {
        "foot": 30,
        "bicycle": 3,
        "ebike": 26,
        "motorcycle": 10,
        "car": 25,
        "online": 4,
        "other": 0.5,
        "unknown": 1,
    },
    {
        "foot": 16,
        "bicycle": 2,
        "ebike": 12,
        "motorcycle": 30,
        "car": 36,
        "boat": 0.8,
        "online": 2,
        "other": 0.5,
        "unknown": 1,
    },
    {
        "foot": 6,
        "motorcycle": 38,
        "horse": 14,
        "car": 38,
        "boat": 0.6,
        "online": 2,
        "other": 0.5,
        "unknown": 1,
    },
)
MINUTES = np.array([22.0, 26.0, 38.0, 85.0])
# How many names stand on the monthly list of a station, by kind of station.
LISTED = {"deputies": (8, 6, 4, 3), "grassroots_org": (10, 9, 8, 5), "key_premises": (26, 18, 9, 5)}
TOTALS_ONLY = ("victim_household", "hardship_household")
TARGET_KINDS = {
    "deputies": "household",
    "grassroots_org": "organisation",
    "key_premises": "premises",
    "none": "area",
}


def make_visits(scope: Scope) -> pl.DataFrame:
    """All visits in order of time."""
    random = scope.random("visit")
    size = max(1, round(scope.incidents * VISITS_PER_INCIDENT))
    day = np.sort(random.choice(scope.days.size, size, p=office_weights(scope)))
    station = random.choice(
        len(bureau.STATIONS),
        size,
        p=np.sqrt(bureau.station_weights()) / np.sqrt(bureau.station_weights()).sum(),
    )
    kind = kind_numbers()[station]
    visited = moments(scope, day, draw_times(random, size, OFFICE_HOURS)).astype("datetime64[us]")
    category = as_text(draw(random, size, CATEGORIES)).alias("category_code")
    frame = pl.DataFrame(
        {
            "station": station.astype(np.int8),
            "org_code": bureau.CODES[station],
            "beat_code": as_text(bureau.draw_beats(random, station)),
            "visited_at": visited,
            "category_code": category,
            "scheme_code": _looked_up(category, "parent_code"),
            "purpose_code": _purposes(random, category),
            "target_kind_code": category.replace_strict(TARGET_KINDS, default="household"),
            "transport_code": as_text(draw_by_group(random, kind, TRANSPORTS)),
            "minutes": np.clip(random.lognormal(np.log(MINUTES[kind]), 0.6), 3, 700).astype(int),
        }
    ).hstack(_found(random, category, kind))
    return frame.with_row_index("id").with_columns(
        (pl.lit("ZF") + pl.col("visited_at").dt.strftime("%Y%m") + pl.col("id").cast(pl.String).str.zfill(8)).alias(
            "visit_key"
        ),
        _targets(random, category, station).alias("target_key"),
    )


def _looked_up(category: pl.Series, column: str) -> pl.Series:
    codes = codes_of("visit_category")
    return category.replace_strict(codes["code"], codes[column], return_dtype=pl.String)


def _purposes(random: np.random.Generator, category: pl.Series) -> pl.Series:
    other = as_text(draw(random, category.len(), OTHER_PURPOSES))
    group = category.str.extract("^(verify|promote)_", 1).replace_strict(PURPOSES, default=None, return_dtype=pl.String)
    return pl.select(pl.coalesce(group, pl.when(category == "none").then(other).otherwise(category))).to_series()


def _found(random: np.random.Generator, category: pl.Series, kind: np.ndarray) -> pl.DataFrame:
    """Households reached, disputes found and settled, opinions collected, anybody met."""
    size = category.len()
    met = random.random(size) < 0.9
    found = random.poisson(np.where(category == "dispute", 0.5, 0.05)) * met
    return pl.DataFrame(
        {
            "households_count": (1 + random.poisson(np.array([0.2, 0.3, 0.8, 2.5])[kind])) * met,
            "disputes_found_count": found,
            "disputes_settled_count": random.binomial(found, 0.8),
            "opinions_count": random.poisson(np.where(category == "public_opinion", 1.2, 0.15)) * met,
            "has_contact": met,
        }
    )


def _targets(random: np.random.Generator, category: pl.Series, station: np.ndarray) -> pl.Series:
    """Numbers of the targets: from the list where there is one, else one of the station's households."""
    listed = np.zeros(station.size, dtype=int)
    for code, sizes in LISTED.items():
        listed = np.where(category == code, np.array(sizes)[kind_numbers()[station]], listed)
    households = np.array([s.residents // 27 for s in bureau.STATIONS])[station]
    number = random.integers(0, np.where(listed > 0, listed, households))
    frame = pl.DataFrame({"org": bureau.CODES[station], "category": category, "listed": listed > 0, "number": number})
    prefix = pl.when("listed").then("category").otherwise(pl.lit("H")).str.head(3).str.to_uppercase()
    return frame.select(target_number(prefix, pl.col("org"), pl.col("number"))).to_series()


def target_number(prefix: pl.Expr, org: pl.Expr, number: pl.Expr) -> pl.Expr:
    """The bureau's number of a household or premises."""
    return prefix + "-" + org.str.slice(2, 6) + "-" + number.cast(pl.String).str.zfill(5)


def make_visit_targets(scope: Scope) -> pl.DataFrame:
    """The lists of every month: numbers for three categories, totals for two, nothing for the others."""
    random = scope.random("visit_target")
    months = pl.date_range(scope.start.replace(day=1), scope.until, "1mo", eager=True).alias("month")
    lists = pl.DataFrame(
        [
            {"station": station, "org_code": code, "category_code": category, "number": number}
            for station, code in enumerate(bureau.CODES.tolist())
            for category, sizes in LISTED.items()
            for number in range(sizes[kind_numbers()[station]])
        ]
    ).with_columns(
        target_key=target_number(
            pl.col("category_code").str.head(3).str.to_uppercase(), pl.col("org_code"), pl.col("number")
        )
    )
    numbered = months.to_frame().join(lists.drop("number"), how="cross").with_columns(
        pl.lit(None, pl.Int64).alias("targets"), pl.lit(None, pl.Int64).alias("targets_visited")
    )  # fmt: skip
    both = pl.concat([numbered, _totals(random, months, numbered.columns)])
    return both.sort("month", "station", "category_code", "target_key").with_row_index("id")


def _totals(random: np.random.Generator, months: pl.Series, columns: list[str]) -> pl.DataFrame:
    stations = pl.DataFrame({"station": range(len(bureau.STATIONS)), "org_code": bureau.CODES})
    rows = months.to_frame().join(stations, how="cross").join(pl.DataFrame({"category_code": TOTALS_ONLY}), how="cross")
    targets = random.integers(6, 40, rows.height)
    visited = random.binomial(targets, 0.88)
    totals = rows.with_columns(
        pl.lit(None, pl.String).alias("target_key"),
        pl.Series("targets", targets),
        pl.Series("targets_visited", visited),
    )
    return totals.select(columns)
