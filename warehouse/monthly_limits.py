"""Control limits of a monthly count: an individuals chart of incidents a day over their season, re-based where decided.

Raw monthly counts have a season that XmR would take for news, and months of 28 to 31 days. So the limits are drawn
around counts per day divided by their month's share of the year, and turned back into counts for each month. January
and February are one point of a series: Spring Festival moves incidents between the two, which is no signal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from warehouse.calendar_days import month_end
from warehouse.control_charts import shift_signals, trend_signals, two_of_three_signals, xmr_limits

Numbers = NDArray[np.float64]
Rule = Literal["outside", "run", "two_of_three", "trend", ""]

# Points of a year: January and February are one.
POINTS = 11
# A season takes three of each month; limits come from the first two years, and from no fewer than twelve points.
SEASON_POINTS = 3 * POINTS
BASE_POINTS = 2 * POINTS
FEWEST_POINTS = 12
# In standard deviations, told from the median of deviations, which one outbreak does not move; below TINY all is equal.
OUTLYING, NORMAL, TINY = 4.0, 1.4826, 1e-9


@dataclass(frozen=True)
class MonthlyLimits:
    """Of each month: limits as counts of that month (NaN: none), the rule it breaks, and on which side (-1, 0, 1).

    January and February have no limits of their own, and the rule that the two break together.
    """

    centre: Numbers
    lower: Numbers
    upper: Numbers
    rules: tuple[Rule, ...]
    sides: NDArray[np.int64]

    @property
    def are_drawn(self) -> bool:
        """Whether any month has limits."""
        return bool(np.any(~np.isnan(self.centre)))


def monthly_limits(months: Sequence[date], counts: ArrayLike, *, rebased_on: Sequence[date] = ()) -> MonthlyLimits:
    """Limits of months that follow each other, given by their first days; NaN = not reported, or not in full.

    `rebased_on`: recorded decisions (a practice started, a definition changed): from the first whole month after each,
    limits are worked out anew. Rules as in the NHS "Making Data Count" charts: outside a limit, seven on one side of
    the centre, two of three near the same limit, seven in a trend.
    """
    values = np.asarray(counts, dtype=np.float64)
    points = _points(months)
    days = np.array([month_end(month).day for month in months], dtype=np.float64)
    per_day = np.array([values[list(point)].sum() / days[list(point)].sum() for point in points])
    slots = np.array([1 if len(point) == 2 else months[point[0]].month for point in points])
    # Half of the pair is a month like no other.
    per_day[[place for place, point in enumerate(points) if len(point) == 1 and months[point[0]].month <= 2]] = np.nan
    segments = np.array([sum(day <= months[point[0]] for day in rebased_on) for point in points])
    season = _season(per_day, slots, segments)
    centre, lower, upper = (np.full(len(points), np.nan) for _ in range(3))
    rules: list[Rule] = [""] * len(points)
    sides = np.zeros(len(points), dtype=np.int64)
    if season is not None:
        adjusted, widening = per_day / season, _widening(per_day)
        for segment in np.unique(segments):
            own = np.flatnonzero(segments == segment)
            found = _limits(adjusted[own], widening)
            if found is None:
                continue
            centre[own], lower[own], upper[own] = (limit * season[own] for limit in found)
            for place, (rule, side) in zip(own, _rules(adjusted[own], *found), strict=True):
                rules[place], sides[place] = rule, side
    return _by_month(points, days, (centre, lower, upper), rules, sides)


def _points(months: Sequence[date]) -> list[tuple[int, ...]]:
    """The places of each point's months: January and February of a year together."""
    points: list[tuple[int, ...]] = []
    for place, month in enumerate(months):
        if month.month == 2 and points and months[points[-1][0]].month == 1:
            points[-1] = (place - 1, place)
        else:
            points.append((place,))
    return points


def _season(per_day: Numbers, slots: NDArray[np.int64], segments: NDArray[np.int64]) -> Numbers | None:
    """What a point's month has against its year, 1 = as much as the others; None without three years.

    Least squares of log counts on years (counted back from the last month, and cut where limits begin anew) and months:
    a change of level from one to the next is not taken for a season.
    """
    known = ~np.isnan(per_day) & (per_day > 0)
    if np.count_nonzero(known) < SEASON_POINTS:
        return None
    years = (np.arange(len(per_day))[::-1]) // POINTS + len(per_day) * segments
    kinds = np.unique(slots)
    design = np.column_stack([years == year for year in np.unique(years)] + [slots == kind for kind in kinds])
    effects = _fit(design.astype(float), per_day, known, slots)
    if effects is None:
        return None
    effects = effects[-len(kinds) :]
    shares = dict(zip(kinds.tolist(), np.exp(effects - effects.mean()), strict=True))
    return np.array([shares[slot] for slot in slots.tolist()])


def _fit(design: Numbers, per_day: Numbers, known: NDArray[np.bool_], slots: NDArray[np.int64]) -> Numbers | None:
    """Coefficients of log counts; the point farthest off is left out while it is far off, a tenth of all at most.

    One outbreak in June would otherwise make every other June look quiet.
    """
    used = known.copy()
    logs = np.log(np.where(known, per_day, 1.0))
    for _ in range(np.count_nonzero(known) // 10 + 1):
        if any(np.count_nonzero(used & (slots == kind)) < 2 for kind in np.unique(slots)):
            return None
        found, *_ = np.linalg.lstsq(design[used], logs[used], rcond=None)
        off = np.where(used, np.abs(logs - design @ found), 0.0)
        if off.max() <= OUTLYING * NORMAL * float(np.median(off[used])) + TINY:
            break
        used[int(off.argmax())] = False
    return np.asarray(found)


def _widening(per_day: Numbers) -> float:
    """The season comes from the same k years, so that what is left of a point varies by (k - 1) / k only."""
    years = np.count_nonzero(~np.isnan(per_day)) / POINTS
    return float(np.sqrt(years / (years - 1)))


def _limits(adjusted: Numbers, widening: float) -> tuple[float, float, float] | None:
    base = adjusted[:BASE_POINTS]
    if np.count_nonzero(~np.isnan(base)) < FEWEST_POINTS:
        return None
    centre, _, upper = xmr_limits(base, screen=True)
    half = (upper - centre) * widening
    return (float(centre), max(0.0, float(centre - half)), float(centre + half)) if np.isfinite(half) else None


def _rules(adjusted: Numbers, centre: float, lower: float, upper: float) -> list[tuple[Rule, int]]:
    """The first rule that each point breaks, and its side; a gap ends every run."""
    distance = np.where(np.isnan(adjusted), 0.0, adjusted - centre)
    outside = np.where(adjusted > upper, 1, np.where(adjusted < lower, -1, 0))
    near = np.where(np.abs(distance) > (upper - centre) * 2 / 3, np.sign(distance), 0)
    found: dict[Rule, NDArray[np.int64]] = {
        "outside": outside,
        "run": shift_signals(distance),
        "two_of_three": np.where(near != 0, two_of_three_signals(near), 0),
        "trend": trend_signals(adjusted),
    }
    side = np.sign(distance).astype(int)
    return [
        next(((rule, int(side[place])) for rule, hits in found.items() if hits[place]), ("", 0))
        for place in range(len(adjusted))
    ]


def _by_month(
    points: Sequence[tuple[int, ...]],
    days: Numbers,
    limits: tuple[Numbers, Numbers, Numbers],
    rules: Sequence[Rule],
    sides: NDArray[np.int64],
) -> MonthlyLimits:
    size = len(days)
    drawn = [np.full(size, np.nan) for _ in limits]
    rule_of: list[Rule] = [""] * size
    side_of = np.zeros(size, dtype=np.int64)
    for place, point in enumerate(points):
        for month in point:
            rule_of[month], side_of[month] = rules[place], sides[place]
        if len(point) == 1:
            for of_months, of_points in zip(drawn, limits, strict=True):
                of_months[point[0]] = of_points[place] * days[point[0]]
    return MonthlyLimits(drawn[0], drawn[1], drawn[2], tuple(rule_of), side_of)
