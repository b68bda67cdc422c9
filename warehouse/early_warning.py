"""The night's early warning: which series of dispute incidents lie above what was to be expected of the newest month.

`mart.signal` is written whole each night; pages and the comparison engine read only the table.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import duckdb
import numpy as np
import polars as pl
from numpy.typing import NDArray

from warehouse.model_files import Model, Text
from warehouse.signal_series import Code, Flags, Series, read_series

if TYPE_CHECKING:
    from warehouse.seasonal_model import Fit

Numbers = NDArray[np.float64]

LONG_ENOUGH = 36
# A year and its partner: with fewer months nothing is compared year over year.
LONG_ENOUGH_FOR_DISPERSION = 13
SHOWN = 24
FEWEST = 5
CONFIDENCE = 0.99
FALSE_DISCOVERIES = 0.10
# A smaller mean has its dispersion pooled with its like: two or three cases a month tell little about noise.
SMALL_MEAN = 10.0
WIDEST = 1e6

# The grain, for COMMENT; the table has no SELECT.
SIGNAL = Model(
    schema="mart",
    name="signal",
    sql="",
    grain=Text(
        zh="每行一个序列（市局、市局×纠纷类型、派出所）一个完整月，最近24个月",
        en="one row per series (city bureau, city bureau x type, station) and complete month, the last 24",
    ),
)
COLUMNS = {
    "month_start": "date",
    "city_bureau_code": "varchar",
    "branch_code": "varchar",
    "station_code": "varchar",
    "org_code": "varchar",
    "dispute_type_code": "varchar",
    "observed": "bigint",
    "expected": "decimal(14, 3)",
    "upper_bound": "bigint",
    "dispersion": "decimal(14, 4)",
    "exceed_probability": "decimal(9, 6)",
    "is_above_bound": "boolean",
    "is_alarm": "boolean",
    "fitted_months": "integer",
    "series_count": "integer",
    "expected_false_alarms": "decimal(9, 3)",
}


@dataclass(frozen=True)
class Night:
    """What the night says of `series` (rows) in the last `months` (columns); NaN where there is nothing to say.

    `probabilities` are those of a count as high as the observed one or higher, `bounds` the highest counts that are
    expected in 99 of 100 months. `is_above` is a count of five or more above its bound; `is_alarm` is that in the
    newest month, and after Benjamini-Hochberg over the `tested` series. Were nothing changed at all,
    `expected_false_alarms` of these would lie above their bounds.
    """

    months: list[date]
    series: list[Series]
    observed: Numbers
    expected: Numbers
    bounds: Numbers
    probabilities: Numbers
    dispersions: Numbers
    fitted_months: NDArray[np.int64]
    is_above: Flags
    is_alarm: Flags
    tested: Flags
    expected_false_alarms: float


def write_signals(connection: duckdb.DuckDBPyConnection, *, data_until: date | None) -> None:
    """Make `mart.signal` anew from the other marts; `data_until` is the last day of the incidents, None without any."""
    months, series = read_series(connection, data_until=data_until) if data_until else ([], [])
    columns = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
    connection.execute(f"create or replace table {SIGNAL.table} ({columns})")
    series = [one for one in series if one.reported_months >= LONG_ENOUGH_FOR_DISPERSION]
    if series:
        connection.register("signal_row", _rows_of(assess(months, series)))
        # Rounded here: a decimal has one content hash on every machine.
        values = ", ".join(f"cast({name} as {kind})" for name, kind in COLUMNS.items())
        connection.execute(f"insert into {SIGNAL.table} select {values} from signal_row")
        connection.unregister("signal_row")


def assess(months: Sequence[date], series: Sequence[Series]) -> Night:
    """Judge the newest of these months (their first days, none left out) for every series of 13 months or more."""
    fits = _fits(months, series)
    observed = np.array([one.observed for one in series])[:, -SHOWN:]
    unknown = np.full(len(months), np.nan)
    expected = np.array([unknown if fit is None else fit.expected for fit in fits])[:, -SHOWN:]
    dispersions = _dispersions(series, fits)
    bounds, probabilities = _limits(observed, expected, dispersions)
    tested = ~np.isnan(probabilities[:, -1])
    is_above = (observed > bounds) & (observed >= FEWEST)
    return Night(
        months=list(months[-SHOWN:]),
        series=list(series),
        observed=observed,
        expected=expected,
        bounds=bounds,
        probabilities=probabilities,
        dispersions=dispersions,
        fitted_months=np.array([0 if fit is None else fit.months for fit in fits]),
        is_above=is_above,
        is_alarm=is_above[:, -1] & _are_discoveries(probabilities[:, -1]),
        tested=tested,
        expected_false_alarms=_false_alarms(fits, bounds[:, -1], dispersions, tested),
    )


def _fits(months: Sequence[date], series: Sequence[Series]) -> list[Fit | None]:
    """A fit of every long series; those too small to know the festival have it from their bureau's total."""
    fits: list[Fit | None] = [None] * len(series)
    long = [place for place, one in enumerate(series) if one.reported_months >= LONG_ENOUGH]
    if long:
        # An import that short histories do not pay.
        from warehouse.seasonal_model import Terms, fit_seasonal

        terms, effects = Terms.of(months), dict[Code, float]()
        for place in sorted(long, key=lambda place: not series[place].is_total):
            one = series[place]
            effect = effects.get(one.city_bureau_code, 0.0)
            fit = fit_seasonal(one.observed, terms, holiday_effect=effect, estimates_holiday=not one.is_unit)
            if fit is not None and one.is_total:
                effects[one.city_bureau_code] = fit.holiday_effect
            fits[place] = fit
    return fits


def _dispersions(series: Sequence[Series], fits: Sequence[Fit | None]) -> Numbers:
    """max(1, Pearson X2 / df) of every series; of small ones pooled over the small types, or units, of their bureau."""
    pools: dict[tuple[Code, bool, bool], list[int]] = defaultdict(list)
    noise = np.empty((len(series), 2))
    for place, (one, fit) in enumerate(zip(series, fits, strict=True)):
        noise[place] = _plain_noise(one.observed) if fit is None else (fit.chi_square, fit.degrees)
        if np.nanmean(one.observed) < SMALL_MEAN:
            pools[one.city_bureau_code, one.is_unit, one.is_total].append(place)
    for members in pools.values():
        noise[members] = noise[members].sum(axis=0)
    dispersions: Numbers = np.clip(noise[:, 0] / noise[:, 1], 1.0, WIDEST)
    return dispersions


def _plain_noise(observed: Numbers) -> tuple[float, int]:
    """Chi-square and degrees of freedom about a trend and one harmonic, for a series too short for the model.

    On the scale of 2 sqrt(y + 3/8) the variance of a count is its dispersion whatever its mean (Anscombe 1948), so
    ordinary least squares will do. As in the model, the two newest months have no say.
    """
    month = np.flatnonzero(~np.isnan(observed[:-2]))
    angle = 2 * np.pi / 12 * month
    design = np.column_stack([np.ones(month.size), month / 12, np.cos(angle), np.sin(angle)])
    scaled = 2 * np.sqrt(observed[month] + 0.375)
    coefficients, *_ = np.linalg.lstsq(design, scaled, rcond=None)
    return float(np.sum((scaled - design @ coefficients) ** 2)), month.size - design.shape[1]


def _limits(observed: Numbers, expected: Numbers, dispersions: Numbers) -> tuple[Numbers, Numbers]:
    """Bounds of every month, and probabilities of the months that were reported; NaN without a fit."""
    bounds, probabilities = np.full((2, *observed.shape), np.nan)
    fitted = ~np.isnan(expected[:, -1])
    if fitted.any():
        from warehouse.seasonal_model import exceed_probability, upper_bound

        mean, noise = expected[fitted], dispersions[fitted, None]
        bounds[fitted] = upper_bound(mean, noise, confidence=CONFIDENCE)
        found = exceed_probability(np.nan_to_num(observed[fitted]), mean, noise)
        probabilities[fitted] = np.where(np.isnan(observed[fitted]), np.nan, found)
    return bounds, probabilities


def _false_alarms(fits: Sequence[Fit | None], bounds: Numbers, dispersions: Numbers, tested: Flags) -> float:
    """How many of the tested series chance alone lifts above their bounds, and to five or more.

    More than one in a hundred: what is expected is itself an estimate, which the bound does not allow for.
    """
    found = [(fit.expected[-1], fit.widening) for fit, is_tested in zip(fits, tested, strict=True) if fit and is_tested]
    if not found:
        return 0.0
    from warehouse.seasonal_model import exceed_probability

    mean, widening = np.array(found).T
    alarming = np.maximum(bounds[tested] + 1, FEWEST)
    return float(exceed_probability(alarming, mean, dispersions[tested] * widening).sum())


def _are_discoveries(probabilities: Numbers) -> Flags:
    if np.isnan(probabilities).all():
        return np.zeros(probabilities.size, bool)
    from warehouse.statistics import benjamini_hochberg

    return benjamini_hochberg(probabilities, rate=FALSE_DISCOVERIES)


def _rows_of(night: Night) -> pl.DataFrame:
    """One row per series and month, nulls for what is not known."""
    months, count = len(night.months), len(night.series)

    def by_series(values: Sequence[Code] | Numbers | NDArray[np.int64]) -> pl.Series:
        return pl.Series(values).gather(np.repeat(np.arange(count), months))

    codes = ("city_bureau_code", "branch_code", "station_code", "org_code", "dispute_type_code")
    newest = np.arange(months) == months - 1
    return pl.DataFrame(
        {
            "month_start": night.months * count,
            **{code: by_series([getattr(one, code) for one in night.series]).cast(pl.String) for code in codes},
            "observed": night.observed.ravel(),
            "expected": night.expected.ravel(),
            "upper_bound": night.bounds.ravel(),
            "dispersion": by_series(night.dispersions),
            "exceed_probability": night.probabilities.ravel(),
            "is_above_bound": night.is_above.ravel(),
            "is_alarm": (night.is_alarm[:, None] & newest).ravel(),
            "fitted_months": by_series(night.fitted_months),
            "series_count": int(night.tested.sum()),
            "expected_false_alarms": night.expected_false_alarms,
        }
    ).fill_nan(None)
