"""Quantiles of many cells at once, against the raw cases, one cell at a time."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.duration.survfunc import SurvfuncRight

from warehouse.distribution_estimates import COUNTS_AT_ONCE, quantiles_of, survival_quantiles_of
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
