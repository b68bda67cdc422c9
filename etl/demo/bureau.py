"""The invented bureau: a city bureau, two branches, 16 stations, 60 beats; no place of these names exists."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from etl.demo.scope import Scope

CITY = "990100000000"
DISTRICT, COUNTY = "990102000000", "990121000000"
VALID_FROM = date(2010, 1, 1)
HANZI_OF_NUMBER = "一二三四五六七"


@dataclass(frozen=True)
class Station:
    """A station: where it stands, its residents in the first year, how many beats it has."""

    name: str
    branch: str
    kind: str
    residents: int
    beats: int


STATIONS = (
    Station("泊云", DISTRICT, "urban", 78_000, 6),
    Station("星堤", DISTRICT, "urban", 66_000, 5),
    Station("锦岑", DISTRICT, "urban", 59_000, 5),
    Station("柳汀", DISTRICT, "urban", 52_000, 5),
    Station("书苑", DISTRICT, "urban", 47_000, 4),
    Station("桐屿", DISTRICT, "town", 38_000, 4),
    Station("芦笙", DISTRICT, "town", 31_000, 4),
    Station("禾墟", COUNTY, "town", 35_000, 4),
    Station("驿岚", COUNTY, "town", 27_000, 4),
    Station("槐垄", COUNTY, "rural", 18_000, 3),
    Station("青陌", COUNTY, "rural", 15_500, 3),
    Station("麦坞", COUNTY, "rural", 13_000, 3),
    Station("杏畦", COUNTY, "rural", 11_000, 3),
    Station("云牧", COUNTY, "pastoral", 6_200, 3),
    Station("霜原", COUNTY, "pastoral", 4_800, 2),
    # 䶮 is not in GBK: a reader that takes GBK for GB18030 fails here.
    Station("䶮沟", COUNTY, "pastoral", 3_900, 2),
)
KINDS = np.array([station.kind for station in STATIONS])
IS_COUNTY = np.array([station.branch == COUNTY for station in STATIONS])
CODES = np.array([
    f"{station.branch[:6]}{51 + i:02d}0000" for i, station in enumerate(STATIONS)
])  # fmt: skip
BRANCH_NAMES = {CITY: "霁川市公安局", DISTRICT: "霁川市公安局棠沚分局", COUNTY: "朔禾县公安局"}
SHORT_NAMES = {CITY: "市局", DISTRICT: "棠沚分局", COUNTY: "朔禾县局"}

# Who plays which part in the story that the data tell.
DIFFERENT = 3  # 柳汀: settles clearly less than the others
RISING = 5  # 桐屿: one type of dispute keeps rising
RISING_TYPE = "property_management"
SILENT = 6  # 芦笙: handed in nothing for one month
ON_ITS_OWN = 15  # 䶮沟: sends its own workbooks

INCIDENTS_PER_RESIDENT = {"urban": 1.0, "town": 0.85, "rural": 0.7, "pastoral": 0.75}
GROWTH = {"urban": 0.012, "town": 0.004, "rural": -0.01, "pastoral": -0.006}
ON_TIME_MINUTES = {"urban": 10, "town": 15, "rural": 30, "pastoral": 60}


def station_weights() -> np.ndarray:
    """The share of each station in the bureau's incidents."""
    weights = np.array([s.residents * INCIDENTS_PER_RESIDENT[s.kind] for s in STATIONS], dtype=float)
    shares: np.ndarray = weights / weights.sum()
    return shares


def beat_codes() -> list[list[str]]:
    """The codes of the beats of each station."""
    return [
        [f"{code[:8]}{beat + 1:02d}00" for beat in range(station.beats)]
        for code, station in zip(CODES.tolist(), STATIONS, strict=True)
    ]


def draw_beats(random: np.random.Generator, station: np.ndarray) -> np.ndarray:
    """A beat of the station for most rows; null (None) where the office left it empty."""
    codes = beat_codes()
    width = max(len(beats) for beats in codes)
    table = np.array([[beats[i % len(beats)] for i in range(width)] for beats in codes], dtype=object)
    beats = np.array([s.beats for s in STATIONS])[station]
    picked: np.ndarray = table[station, random.integers(0, 420, station.size) % beats]
    picked[random.random(station.size) < 0.04] = None
    return picked


def organisations() -> pl.DataFrame:
    """The list of organisations as the org feed names its fields."""
    rows = [_unit(code, BRANCH_NAMES[code], SHORT_NAMES[code], None if code == CITY else CITY) for code in BRANCH_NAMES]
    for code, station, beats in zip(CODES.tolist(), STATIONS, beat_codes(), strict=True):
        own = _unit(code, f"{station.name}派出所", f"{station.name}所", station.branch)
        rows.append(own | {"station_type_code": station.kind, "on_time_minutes": ON_TIME_MINUTES[station.kind]})
        rows += [
            _unit(beat, f"第{HANZI_OF_NUMBER[i]}警务区", f"{HANZI_OF_NUMBER[i]}区", code)
            for i, beat in enumerate(beats)
        ]
    return pl.DataFrame(
        rows, infer_schema_length=None, schema_overrides={"valid_to": pl.Date, "succeeded_by_code": pl.String}
    )


def _unit(code: str, name: str, short_name: str, parent: str | None) -> dict[str, object]:
    level = (
        "city_bureau"
        if parent is None
        else "branch"
        if parent == CITY
        else "station"
        if code.endswith("0000")
        else "beat"
    )
    return {
        "code": code,
        "name": name,
        "short_name": short_name,
        "parent_code": parent,
        "level_code": level,
        "station_type_code": None,
        "on_time_minutes": None,
        "valid_from": VALID_FROM,
        "valid_to": None,
        "succeeded_by_code": None,
    }


def populations(scope: Scope) -> pl.DataFrame:
    """Residents and households of every station and year; the last year is an estimate."""
    first, last = scope.start.year, scope.until.year
    return pl.DataFrame(
        [
            {
                "org_code": code,
                "year": year,
                "residents": (residents := round(station.residents * (1 + GROWTH[station.kind]) ** (year - first))),
                "households": round(residents / 2.7),
                "is_estimate": year == last,
            }
            for year in range(first, last + 1)
            for code, station in zip(CODES.tolist(), STATIONS, strict=True)
        ]
    )
