"""Quantiles of many cells at once, against the raw cases, one cell at a time."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.duration.survfunc import SurvfuncRight

from warehouse.distribution_estimates import COUNTS_AT_ONCE, quantiles_of, shares_finished, survival_quantiles_of
from warehouse.measures import Distribution

SHARES = (0.5, 0.9)


def distribution(*counts: tuple[int, int, int]) -> Distribution:
    """From (number, finished, open), in any order."""
    numbers, cases, waiting = np.array(counts, dtype=np.int64).reshape(-1, 3).T
    return Distribution(numbers, cases, waiting)


def random_cells(seed: int, *, with_open: bool, cells: int = 200, largest: int = 60) -> list[Distribution | None]:
    """Cells with other numbers each, in no order; some have no rows."""
    random = np.random.default_rng(seed)
    made: list[Distribution | None] = []
    for place in range(cells):
        size = random.integers(1, 55)
        numbers = random.permutation(largest)[:size]
        waiting = random.integers(0, 6, size) if with_open else np.zeros(size, np.int64)
        counts = zip(numbers, random.integers(0, 9, size) + (not with_open), waiting, strict=True)
        made.append(None if place % 17 == 0 else distribution(*counts))
    return made


@pytest.mark.parametrize("share", SHARES)
def test_every_cell_has_the_quantile_of_its_own_cases(share: float) -> None:
    cells = random_cells(1, with_open=False)
    value, low, high = quantiles_of(cells, share)
    for place, cell in enumerate(cells):
        if cell is None:
            assert np.isnan([value[place], low[place], high[place]]).all()
            continue
        raw = np.repeat(cell.numbers, cell.cases)
        assert value[place] == pytest.approx(np.quantile(raw, share), abs=1e-9)
        assert not low[place] > value[place]
        assert not high[place] < value[place]


@pytest.mark.parametrize("share", SHARES)
def test_open_cases_are_censored_as_statsmodels_does_it(share: float) -> None:
    cells = random_cells(2, with_open=True)
    value, _, _ = survival_quantiles_of(cells, share)
    for place, cell in enumerate(cells):
        if cell is None:
            assert np.isnan(value[place])
            continue
        times = np.concatenate([np.repeat(cell.numbers, cell.cases), np.repeat(cell.numbers, cell.open)])
        closed = np.concatenate([np.ones(cell.cases.sum()), np.zeros(cell.open.sum())])
        survival = SurvfuncRight(times, closed) if closed.any() else None
        reached = survival.surv_times[survival.surv_prob <= 1 - share + 1e-9] if survival else []
        np.testing.assert_equal(value[place], reached[0] if len(reached) else np.nan)


def test_a_case_open_since_before_the_first_closing_was_never_at_risk() -> None:
    # 10 closed on day 5 and 10 on day 9; 100 were last seen open on day 3.
    alone = distribution((5, 10, 0), (9, 10, 0))
    beside = distribution((9, 10, 0), (3, 0, 100), (5, 10, 0))
    # The other cell has closings on day 3, so that the 100 stand in the table of both.
    other = distribution((3, 7, 0))
    for cells in ([alone, beside], [alone, beside, other]):
        found = [figures[:2] for figures in survival_quantiles_of(cells, 0.5)]
        assert [figures[0] for figures in found] == [figures[1] for figures in found]
        assert found[0][0] == 5


def test_where_nothing_was_closed_there_is_no_quantile() -> None:
    value, low, high = survival_quantiles_of([distribution((3, 0, 4)), None], 0.5)
    assert np.isnan([*value, *low]).all()
    assert not np.isfinite(high).any()


@pytest.mark.parametrize("share", SHARES)
def test_more_cells_than_are_worked_on_at_once_are_as_each_alone(share: float) -> None:
    cells = random_cells(3, with_open=True, cells=250, largest=20_000)
    days = {int(number) for cell in cells if cell for number in cell.numbers[cell.cases > 0]}
    assert len(cells) * len(days) > COUNTS_AT_ONCE
    together = np.array(survival_quantiles_of(cells, share)).T
    np.testing.assert_equal(together, [np.ravel(survival_quantiles_of([cell], share)) for cell in cells])


def test_shares_finished_by_hand() -> None:
    # Ten cases: four end on day 0, of six two end on day 2 (6/10 x 4/6 = 4/10 open), one is last seen open on day 3,
    # of three one ends on day 5 (4/10 x 2/3), two are last seen open on day 9.
    cell = distribution((0, 4, 0), (2, 2, 0), (3, 0, 1), (5, 1, 0), (9, 0, 2))
    share, _, _ = shares_finished([cell], [0, 1, 2, 4, 5, 9, 10])
    np.testing.assert_allclose(share[0], [0.4, 0.4, 0.6, 0.6, 1 - 0.4 * 2 / 3, 1 - 0.4 * 2 / 3, np.nan])


def test_where_nobody_or_everybody_has_finished_the_interval_is_wilsons() -> None:
    # R: binom::binom.confint(0, 20, methods = "wilson") is 0 to 0.1611; 20 of 20 the same from above.
    share, low, high = shares_finished([distribution((3, 20, 0)), distribution((3, 20, 5))], [1, 3])
    assert share[0].tolist() == [0, 1]
    assert (low[0][0], high[0][1]) == (0, 1)
    assert high[0][0] == pytest.approx(0.1611, abs=1e-4)
    assert low[0][1] == pytest.approx(1 - 0.1611, abs=1e-4)
    # 20 of 25 on day 3: inside the band.
    assert share[1][1] == pytest.approx(0.8)
    assert low[1][1] < 0.8 < high[1][1]


def test_all_open_is_a_share_of_zero_as_long_as_they_are_followed_and_no_cases_are_no_share() -> None:
    share, low, high = shares_finished([distribution((4, 0, 30)), None, distribution((4, 0, 0))], [0, 4, 5])
    np.testing.assert_equal(share[0], [0, 0, np.nan])
    assert low[0][0] == 0 < high[0][0] < 0.12
    assert np.isnan(share[1:]).all()
    assert np.isnan([low[0][2], high[0][2]]).all()


@pytest.mark.parametrize("day", [0, 7, 30])
def test_shares_finished_agree_with_statsmodels(day: int) -> None:
    cells = random_cells(6, with_open=True)
    share, _, _ = shares_finished(cells, [day])
    known = 0
    for place, cell in enumerate(cells):
        if cell is None:
            continue
        times = np.concatenate([np.repeat(cell.numbers, cell.cases), np.repeat(cell.numbers, cell.open)])
        closed = np.concatenate([np.ones(cell.cases.sum()), np.zeros(cell.open.sum())])
        if not closed.any() or times.max() < day:
            continue
        curve = SurvfuncRight(times, closed)
        before = curve.surv_prob[curve.surv_times <= day]
        assert share[place, 0] == pytest.approx(1 - before[-1] if len(before) else 0)
        known += 1
    assert known > 100
