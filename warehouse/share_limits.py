"""Control limits of a monthly share whose number of answers varies: a p' chart, and the rules a month may break."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from warehouse.control_charts import laney_limits, shift_signals, trend_signals, two_of_three_signals

Numbers = NDArray[np.float64]
Rule = Literal["outside", "run", "two_of_three", "trend", ""]

# Limits stand on the first two years, so that a slow change cannot widen them, and on no fewer than twelve months.
BASE_MONTHS = 24
FEWEST_MONTHS = 12


@dataclass(frozen=True)
class ShareLimits:
    """Of each month: limits (NaN: none), the first rule that it breaks, and on which side of the centre (-1, 0, 1)."""

    centre: float
    lower: Numbers
    upper: Numbers
    rules: tuple[Rule, ...]
    sides: tuple[int, ...]

    @property
    def are_drawn(self) -> bool:
        """Whether there are limits at all."""
        return bool(np.isfinite(self.centre))


def share_limits(successes: ArrayLike, trials: ArrayLike) -> ShareLimits:
    """Limits of months that follow each other; NaN = no figure, which ends a run and counts in no mean.

    Laney's p' limits, never beyond 0 and 1. Rules as in the NHS "Making Data Count" charts: outside a limit, seven on
    one side of the centre, two of three near the same limit, seven in a trend.
    """
    hits, n = np.asarray(successes, dtype=np.float64), np.asarray(trials, dtype=np.float64)
    known = ~np.isnan(hits) & (n > 0)
    if np.count_nonzero(known) < FEWEST_MONTHS:
        nothing = np.full(hits.shape, np.nan)
        no_rules: list[Rule] = [""] * hits.size
        return ShareLimits(np.nan, nothing, nothing, tuple(no_rules), (0,) * hits.size)
    # The first 24 months that have a figure, not the first of the calendar.
    baseline = int(np.flatnonzero(known)[:BASE_MONTHS][-1]) + 1
    centre, lower, upper = laney_limits(hits, n, baseline=baseline)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(known, hits / n, np.nan)
    rules, sides = _rules(share, float(centre), lower, upper)
    return ShareLimits(float(centre), np.clip(lower, 0, 1), np.clip(upper, 0, 1), rules, sides)


def _rules(share: Numbers, centre: float, lower: Numbers, upper: Numbers) -> tuple[tuple[Rule, ...], tuple[int, ...]]:
    distance = np.where(np.isnan(share), 0.0, share - centre)
    half = np.where(np.isnan(upper), np.inf, (upper - lower) / 2)
    side = np.sign(distance).astype(int)
    near = np.where(np.abs(distance) > half * 2 / 3, side, 0)
    hits: dict[Rule, NDArray[np.bool_]] = {
        "outside": np.abs(distance) > half,
        "run": shift_signals(distance) != 0,
        # All three months of the window are named by the rule; the one that is not near is no signal.
        "two_of_three": (near != 0) & (two_of_three_signals(near) != 0),
        "trend": trend_signals(share) != 0,
    }
    rules: list[Rule] = [next((rule for rule, hit in hits.items() if hit[place]), "") for place in range(share.size)]
    return tuple(rules), tuple(int(one) if rule else 0 for one, rule in zip(side, rules, strict=True))
