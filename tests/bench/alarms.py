"""False and true alarms on a thousand simulated series where nothing changes, beside the habit of "more than 20 %"."""

from __future__ import annotations

import time
from dataclasses import dataclass, fields
from datetime import date
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from warehouse.early_warning import FALSE_DISCOVERIES, FEWEST, Night, assess
from warehouse.seasonal_model import exceed_probability
from warehouse.signal_series import Series
from warehouse.statistics import benjamini_hochberg, rate_ratio_interval

MOST_CALLED, MOST_LISTED = 0.05, 0.02
MEANS, DISPERSIONS = (3, 10, 30, 100), (1.0, 1.5)
CELLS = tuple(product(MEANS, DISPERSIONS))
# A night's list has five series of every kind, so of one bureau; the months are five years and the year before.
OF_A_KIND, MONTHS = 5, 60
RISE, SEASON, NEWS = 1.5, 0.3, 0.2

Shares = NDArray[np.float64]


@dataclass(frozen=True)
class Tally:
    """Yes or no for every series of a night, in the order of `CELLS`; of a comparison the share over twelve months."""

    called: Shares
    naive: Shares
    above: Shares
    listed: Shares
    naive_power: Shares
    called_power: Shares
    above_power: Shares
    listed_power: Shares


def draw(random: np.random.Generator, mean: Shares, dispersion: Shares) -> Shares:
    """Negative binomial counts with variance dispersion x mean; Poisson where the dispersion is 1."""
    excess = np.where(dispersion > 1, dispersion - 1, 1.0)
    rate = np.where(dispersion > 1, random.gamma(mean / excess, excess), mean)
    return random.poisson(rate).astype(float)


def simulate(number: int) -> Tally:
    """One night of one bureau: stable series with a season, which a night of its own number and last month draws."""
    random = np.random.default_rng([3, number])
    starts = np.datetime64("2020-01", "M") + number % 12 + np.arange(MONTHS)
    mean, dispersion = (np.repeat(column, OF_A_KIND) for column in np.array(CELLS).T)
    phase = random.uniform(0, 2 * np.pi, mean.size)
    days = ((starts + 1).astype("datetime64[D]") - starts.astype("datetime64[D]")).astype(float)
    season = 1 + SEASON * np.cos(2 * np.pi * starts.astype(int) / 12 - phase[:, None])
    means = mean[:, None] * season * days / days.mean()
    counts, raised = draw(random, means, dispersion[:, None]), draw(random, RISE * means[:, -1], dispersion)
    observed = [counts.sum(axis=0), *counts]
    kinds = [None, *(f"type {kind}" for kind in range(mean.size))]
    series = [Series("C", None, None, "C", kind, False, one) for kind, one in zip(kinds, observed, strict=True)]
    return _tally(assess([month.astype(date) for month in starts], series), counts, raised)


def _tally(night: Night, counts: Shares, raised: Shares) -> Tally:
    noise, current, base = night.dispersions[1:, None], counts[:, -12:], counts[:, -24:-12]
    low, high = rate_ratio_interval(current, base, dispersion=noise)
    raised_low, _ = rate_ratio_interval(raised, base[:, -1], dispersion=noise[:, 0])
    above = (raised > night.bounds[1:, -1]) & (raised >= FEWEST)
    return Tally(
        called=((low > 1) | (high < 1)).mean(axis=1),
        naive=(np.abs(current - base) > NEWS * base).mean(axis=1),
        above=night.is_above[1:, -1].astype(float),
        listed=night.is_alarm[1:].astype(float),
        naive_power=(raised - base[:, -1] > NEWS * base[:, -1]).astype(float),
        called_power=(raised_low > 1).astype(float),
        above_power=above.astype(float),
        listed_power=(above & _listed_alone(night, raised)).astype(float),
    )


def _listed_alone(night: Night, raised: Shares) -> NDArray[np.bool_]:
    """Whether a series would stay on the night's list if it alone had risen."""
    probability = exceed_probability(raised, night.expected[1:, -1], night.dispersions[1:])
    stays = np.zeros(raised.size, bool)
    for place in range(raised.size):
        others = night.probabilities[:, -1].copy()
        others[place + 1] = probability[place]
        stays[place] = benjamini_hochberg(others, rate=FALSE_DISCOVERIES)[place + 1]
    return stays


def run(*, quick: bool) -> dict[str, Any]:
    """The benchmark: false calls and false alarms within their limits, power printed."""
    nights = 5 if quick else 25
    started = time.perf_counter()
    tallies = [simulate(number) for number in range(nights)]
    seconds = time.perf_counter() - started
    figures = {field.name: np.array([getattr(one, field.name) for one in tallies]) for field in fields(Tally)}
    of_cells = {name: found.reshape(nights, len(CELLS), OF_A_KIND).mean(axis=(0, 2)) for name, found in figures.items()}
    total = {name: float(found.mean()) for name, found in figures.items()}
    any_alarm = float(figures["listed"].any(axis=1).mean())
    failures = []
    if total["called"] > MOST_CALLED:
        failures.append(f"{total['called']:.1%} of the comparisons called up or down, more than {MOST_CALLED:.0%}")
    if total["listed"] > MOST_LISTED:
        failures.append(f"{total['listed']:.1%} of the series listed, more than {MOST_LISTED:.0%}")
    lines = [
        f"{nights * len(CELLS) * OF_A_KIND} stable series in {nights} nights, {MONTHS} months each, {seconds:.1f} s",
        f"{'':<24}{'nothing changed':<42}newest month x {RISE}",
        f"{'mean, dispersion':<20}" + "".join(f"{title:>10}" for title in 2 * ("called", "±20 %", "> bound", "listed")),
        *(
            _line(f"{mean:>6}, {noise}", {k: v[cell] for k, v in of_cells.items()})
            for cell, (mean, noise) in enumerate(CELLS)
        ),
        _line("all", total),
        f"nights with any alarm though nothing changed: {any_alarm:.0%}",
        *(f"FAILED {text}" for text in failures),
    ]
    return {"lines": lines, "failures": failures, **total, "nights_with_any_alarm": any_alarm}


def _line(title: str, shares: dict[str, float]) -> str:
    order = ("called", "naive", "above", "listed", "called_power", "naive_power", "above_power", "listed_power")
    return f"{title:<20}" + "".join(f"{shares[name]:>10.1%}" for name in order)
