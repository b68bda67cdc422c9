"""The early warning: the model against statsmodels and scipy, what is counted, and what the night writes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest
import statsmodels.api as sm
from lunardate import LunarDate
from scipy import stats

from tests.warehouse.small_archive import SmallArchive
from warehouse.early_warning import COLUMNS, SIGNAL, Night, assess, write_signals
from warehouse.model_files import read_column_texts
from warehouse.seasonal_model import (
    Terms,
    exceed_probability,
    fit_seasonal,
    holiday_regressor,
    outlier_weights,
    upper_bound,
)
from warehouse.signal_series import Series, read_series

MONTHS = [date(2021 + number // 12, number % 12 + 1, 1) for number in range(60)]
DAYS = np.array([(after - before).days for before, after in pairwise([*MONTHS, date(2026, 1, 1)])])


def plain_counts(mean: float) -> np.ndarray:
    """Counts without any noise: a summer peak and a little growth, by the day."""
    number = np.arange(60)
    season = 1 + 0.2 * np.sin(2 * np.pi * (number % 12) / 12)
    return np.round(mean / 30 * DAYS * season * 1.02 ** (number / 12))


def drawn_counts(seed: int, mean: float, dispersion: float = 1.5) -> np.ndarray:
    size = plain_counts(mean) / (dispersion - 1)
    return np.random.default_rng(seed).negative_binomial(size, 1 / dispersion).astype(float)


def bureau(*counts: np.ndarray) -> list[Series]:
    """The types of one bureau."""
    return [Series("C", None, None, "C", f"type {n}", False, one.astype(float)) for n, one in enumerate(counts)]


def stations(*counts: np.ndarray) -> list[Series]:
    return [Series("C", "D", f"S{n}", f"S{n}", None, True, one.astype(float)) for n, one in enumerate(counts)]


def judge(*series: Series) -> Night:
    return assess(MONTHS, series)


# --- the model -----------------------------------------------------------------------------------------------------


def test_weights_of_outliers_are_those_of_the_published_case() -> None:
    # The reference implementation in R checks this one by hand: five residuals 0, five 2, threshold 0.
    assert outlier_weights([0] * 5 + [2] * 5, threshold=0) == pytest.approx([1.6] * 5 + [0.4] * 5)


def test_a_residual_at_the_threshold_or_far_below_zero_keeps_its_weight() -> None:
    assert outlier_weights([2.58, -9.0, 0.0]) == pytest.approx([1, 1, 1])
    # 3 above 2.58: weights 1, 1 and 1/9, which add up to 3 after a factor of 27/19.
    assert outlier_weights([0.0, 0.0, 3.0]) == pytest.approx([27 / 19, 27 / 19, 3 / 19])


@pytest.mark.parametrize("dispersion", [1.0, 1.05, 1.5, 3.0, 40.0])
@pytest.mark.parametrize("mean", [0.02, 0.7, 3.0, 30.0, 812.5, 70_000.0])
def test_bound_and_probability_are_those_of_scipy(mean: float, dispersion: float) -> None:
    distribution = stats.poisson(mean) if dispersion == 1 else stats.nbinom(mean / (dispersion - 1), 1 / dispersion)
    for confidence in (0.5, 0.95, 0.99):
        assert upper_bound(mean, dispersion, confidence=confidence) == distribution.ppf(confidence)
    counts = np.unique(np.round(mean * np.array([0, 0.5, 1, 1.2, 2]))) + np.array([[0], [1], [5]])
    assert exceed_probability(counts, mean, dispersion) == pytest.approx(distribution.sf(counts - 1), rel=1e-7)


def test_festival_of_2026_lies_in_february_and_march_and_that_of_2025_in_january_and_february() -> None:
    # New year on 17 February 2026: 12 Feb .. 4 Mar. On 29 January 2025: 24 Jan .. 13 Feb. 21 days each.
    first, second, third = (
        holiday_regressor([date(2026, month, 1)])[0] - holiday_regressor([date(2025, month, 1)])[0]
        for month in (1, 2, 3)
    )
    assert [21 * first, 21 * second, 21 * third] == pytest.approx([-8, 17 - 13, 4])


def test_holiday_regressor_is_the_share_of_festival_days_less_its_mean_of_a_century() -> None:
    share = dict.fromkeys([(year, month) for year in range(1950, 2051) for month in range(1, 13)], 0.0)
    for year in range(1950, 2051):
        for offset in range(-5, 16):
            day = LunarDate(year, 1, 1).to_solar_date() + timedelta(days=offset)
            share[day.year, day.month] += 1 / 21
    mean = {month: sum(share[year, month] for year in range(1950, 2051)) / 101 for month in range(1, 13)}
    expected = [share[month.year, month.month] - mean[month.month] for month in MONTHS]
    assert holiday_regressor(MONTHS) == pytest.approx(expected, abs=1e-12)
    assert set(np.flatnonzero(np.round(expected, 9)) % 12) == {0, 1, 2}


def design_by_hand(*, holiday: bool) -> np.ndarray:
    rows = []
    for number, month in enumerate(MONTHS):
        angle = 2 * np.pi * month.month / 12
        row = [1, number, np.cos(angle), np.sin(angle), np.cos(2 * angle), np.sin(2 * angle)]
        rows.append([*row, holiday_regressor([month])[0]] if holiday else row)
    return np.array(rows)


@pytest.mark.parametrize(("mean", "own_holiday"), [(4, False), (30, False), (100, True), (2000, True)])
def test_fit_is_that_of_statsmodels_with_outbreaks_weighted_down_once(mean: float, own_holiday: bool) -> None:
    counts = drawn_counts(7, mean)
    counts[20] = 4 * mean + 10
    counts[33] = np.nan
    use = np.flatnonzero(~np.isnan(counts))[:-2]
    design, offset = design_by_hand(holiday=own_holiday), np.log(DAYS)
    if not own_holiday:
        offset = offset - 0.25 * holiday_regressor(MONTHS)

    def oracle(weights: np.ndarray | None) -> Any:
        family = sm.families.Poisson()
        return sm.GLM(counts[use], design[use], family=family, offset=offset[use], var_weights=weights).fit(scale="X2")

    first = oracle(None)
    leverage = first.get_hat_matrix_diag()
    residuals = first.resid_anscombe_unscaled / np.sqrt(max(first.scale, 1) * (1 - leverage))
    assert residuals.argmax() == 20
    second = oracle(outlier_weights(residuals))

    fit = fit_seasonal(counts, Terms.of(MONTHS), holiday_effect=-0.25, estimates_holiday=own_holiday)
    assert fit is not None
    assert fit.expected == pytest.approx(second.predict(design, offset=offset), rel=1e-6)
    assert fit.chi_square / fit.degrees == pytest.approx(second.scale, rel=1e-6)
    assert fit.months == use.size == 57
    assert fit.holiday_effect == pytest.approx(second.params[-1] if own_holiday else -0.25, rel=1e-6)
    error = second.get_prediction(design[-1:], offset=offset[-1:]).linpred.se[0]
    assert fit.widening - 1 == pytest.approx(error**2 / second.scale * fit.expected[-1], rel=1e-6)


def test_the_two_newest_months_do_not_shape_what_is_expected_of_them() -> None:
    calm, wild = drawn_counts(3, 40), drawn_counts(3, 40)
    wild[-2:] = 400
    terms = Terms.of(MONTHS)
    fits = [fit_seasonal(counts, terms) for counts in (calm, wild)]
    assert fits[0] is not None
    assert fits[1] is not None
    assert np.array_equal(fits[0].expected, fits[1].expected)


def test_months_that_do_not_determine_the_season_give_no_fit_and_no_alarm() -> None:
    # Fifteen years of which only January, February and March were ever reported: no second harmonic, no fit.
    months = [date(2010 + number // 12, number % 12 + 1, 1) for number in range(180)]
    counts = np.where(np.arange(180) % 12 < 3, 30.0, np.nan)
    counts[-1] = 900.0
    night = assess(months, bureau(counts))
    assert np.isnan(night.bounds).all()
    assert not night.is_alarm.any()
    assert not night.tested.any()
    assert night.expected_false_alarms == 0


# --- the night's list ----------------------------------------------------------------------------------------------


def test_a_planted_outbreak_alarms_and_its_neighbours_do_not() -> None:
    noise = [drawn_counts(seed, 40) for seed in range(20, 32)]
    noise[4][-1] = 2 * plain_counts(40)[-1]
    night = judge(*bureau(*noise))
    assert list(np.flatnonzero(night.is_alarm)) == [4]
    assert night.bounds[4, -1] < noise[4][-1]
    assert night.tested.sum() == 12


def test_an_outbreak_of_an_older_month_is_above_its_bound_but_no_alarm_today() -> None:
    counts = plain_counts(40)
    counts[50] *= 2
    night = judge(*bureau(counts))
    assert list(np.flatnonzero(night.is_above[0])) == [50 - 36]
    assert not night.is_alarm.any()


def test_four_of_a_kind_never_seen_before_are_no_alarm_and_five_are() -> None:
    four, five = np.zeros(60), np.zeros(60)
    four[-1], five[-1] = 4, 5
    night = judge(*bureau(four, five))
    assert list(night.is_alarm) == [False, True]
    # Half an incident is added to the 58 months that were fitted.
    assert night.expected[0, -1] == pytest.approx(0.5 / DAYS[:58].sum() * 31)


def test_one_series_a_little_above_its_bound_among_many_is_no_alarm() -> None:
    many = [plain_counts(30) for _ in range(200)]
    bound = judge(*bureau(many[0])).bounds[0, -1]
    many[0][-1] = bound + 1
    alone, among = judge(*bureau(many[0])), judge(*bureau(*many))
    assert alone.is_above[0, -1]
    assert alone.is_alarm[0]
    # Benjamini-Hochberg lets one of 200 through only below 0.1 / 200.
    assert among.is_above[0, -1]
    assert 0.0005 < among.probabilities[0, -1] < 0.01
    assert not among.is_alarm.any()


def test_expected_false_alarms_are_about_those_that_happen() -> None:
    means = np.repeat([5.0, 20.0, 80.0], 100)
    happened, expected = 0, 0.0
    for seed in range(3):
        random = np.random.default_rng(seed)
        counts = random.poisson(means[:, None] / 30.4 * DAYS)
        night = judge(*stations(*counts))
        happened += int(night.is_above[:, -1].sum())
        expected += night.expected_false_alarms
    # 900 series at a little more than one in a hundred; four standard deviations of a Poisson count of 11.
    assert 8 < expected < 14
    assert abs(happened - expected) < 14


def test_small_units_share_their_dispersion_and_large_ones_have_their_own() -> None:
    small = [drawn_counts(seed, 4, 2.0) for seed in (1, 2, 3)]
    large = [drawn_counts(9, 60, 2.0), drawn_counts(10, 60, 2.0)]
    night = judge(*stations(*small, *large))
    fits = [fit_seasonal(counts, Terms.of(MONTHS)) for counts in (*small, *large)]
    chi = [(fit.chi_square, fit.degrees) for fit in fits if fit]
    pooled = sum(c for c, _ in chi[:3]) / sum(d for _, d in chi[:3])
    assert night.dispersions == pytest.approx([pooled] * 3 + [c / d for c, d in chi[3:]])


def test_stations_take_the_festival_from_their_bureau() -> None:
    festival = np.exp(-1.0 * holiday_regressor(MONTHS))
    station = np.round(plain_counts(20) * festival)
    whole = Series("C", None, None, "C", None, False, np.round(plain_counts(600) * festival))
    with_bureau, alone = judge(whole, *stations(station)), judge(*stations(station))
    effect = with_bureau.expected[1] / alone.expected[0]
    # In 2025 the festival lay more in January than it usually does, so fewer are expected there.
    assert effect[12] < 0.95
    truth = fit_seasonal(whole.observed, Terms.of(MONTHS), estimates_holiday=True)
    assert truth is not None
    assert truth.holiday_effect == pytest.approx(-1.0, abs=0.05)


def test_a_short_series_has_a_dispersion_but_no_bound() -> None:
    counts = [np.where(np.arange(60) < 60 - 30, np.nan, drawn_counts(seed, 5, 2.5)) for seed in range(40)]
    night = judge(*stations(*counts))
    assert np.isnan(night.bounds).all()
    assert not night.tested.any()
    # Pooled over 40 x 24 degrees of freedom: the truth, less what the square root misses at five a month.
    assert night.dispersions == pytest.approx([2.4] * 40, abs=0.3)


def test_short_histories_do_not_pay_for_the_import_of_statsmodels() -> None:
    program = (
        "import sys; import numpy as np; from datetime import date\n"
        "from warehouse.early_warning import assess; from warehouse.signal_series import Series\n"
        "months = [date(2024 + n // 12, n % 12 + 1, 1) for n in range(35)]\n"
        "assess(months, [Series('C', None, None, 'C', None, False, np.arange(35.0))])\n"
        "print(*sorted({'statsmodels', 'scipy.special', 'scipy.stats'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


# --- what is counted -----------------------------------------------------------------------------------------------


class SmallWarehouse:
    """The tables that the signals are made from, filled by hand: one bureau, one branch, two stations."""

    def __init__(self) -> None:
        self.connection = duckdb.connect()
        self.connection.execute("""
            create schema core; create schema mart;
            create table core.dim_date as
                select cast(d as date) as date, cast(date_trunc('month', d) as date) as month_start
                from range(date '2018-01-01', date '2030-01-01', interval 1 day) as days(d);
            create table core.dim_org (
                code varchar, level_code varchar, branch_code varchar, city_bureau_code varchar,
                succeeded_by_code varchar, valid_from date, valid_to date
            );
            insert into core.dim_org values
                ('C', 'city_bureau', null, 'C', null, null, null), ('D', 'branch', 'D', 'C', null, null, null),
                ('S1', 'station', 'D', 'C', null, null, null), ('S2', 'station', 'D', 'C', null, null, null),
                ('B1', 'beat', 'D', 'C', null, null, null);
            create table core.reporting (
                feed varchar, org_code varchar, dispute_type_code varchar, window_start date, window_end date,
                file_label varchar
            );
            create table mart.incident_day (
                period_start date, period_end date, month_start date, city_bureau_code varchar, branch_code varchar,
                station_code varchar, dispute_type_code varchar
            );
            create table mart.incident_month (
                month_start date, city_bureau_code varchar, branch_code varchar, station_code varchar,
                dispute_type_code varchar, dispute_incident_count bigint
            );
        """)

    def report(self, org: str | None, first: date | None, last: date | None, **said: str) -> None:
        row = ["incident", org, said.get("dispute_type"), first, last, said.get("file", "a")]
        self.connection.execute("insert into core.reporting values (?, ?, ?, ?, ?, ?)", row)

    def count(self, station: str, dispute_type: str, counts: Sequence[float] | np.ndarray) -> None:
        rows = [[month, "C", "D", station, dispute_type, int(n)] for month, n in zip(MONTHS, counts, strict=True) if n]
        self.connection.executemany("insert into mart.incident_month values (?, ?, ?, ?, ?, ?)", rows)

    def series(self, data_until: date = date(2025, 12, 31)) -> dict[tuple[str | None, str | None], list[float]]:
        _, found = read_series(self.connection, data_until=data_until)
        return {(one.org_code, one.dispute_type_code): one.observed.tolist() for one in found}

    def signals(self, query: str = "from mart.signal") -> list[tuple[Any, ...]]:
        write_signals(self.connection, data_until=date(2025, 12, 31))
        return self.connection.execute(query).fetchall()


@pytest.fixture
def warehouse() -> Iterator[SmallWarehouse]:
    made = SmallWarehouse()
    yield made
    made.connection.close()


def gaps(observed: Sequence[float]) -> list[date]:
    return [month for month, count in zip(MONTHS[-len(observed) :], observed, strict=True) if np.isnan(count)]


def test_a_month_reported_without_rows_is_zero_and_one_not_reported_is_a_gap(warehouse: SmallWarehouse) -> None:
    counts = [10] * 60
    counts[30] = counts[40] = 0
    warehouse.count("S1", "neighbour", counts)
    warehouse.count("S2", "labour", [3] * 60)
    warehouse.report("D", date(2021, 1, 1), MONTHS[40] - timedelta(days=1))
    # Station 1 says nothing for one day of month 40, station 2 goes on.
    warehouse.report("S1", MONTHS[40] + timedelta(days=1), date(2025, 12, 31))
    warehouse.report("S2", MONTHS[40], date(2025, 12, 31))
    found = warehouse.series()
    assert found["S1", None][30] == 0
    assert gaps(found["S1", None]) == [MONTHS[40]]
    assert gaps(found["S2", None]) == []
    # Without one of its stations the bureau's month is not whole, for any type.
    for kind, sums in ((None, 13.0), ("neighbour", 10.0), ("labour", 3.0)):
        assert gaps(found["C", kind]) == [MONTHS[40]]
        assert found["C", kind][31] == sums
    assert ("B1", None) not in found


def test_a_gap_is_left_out_of_the_fit_and_of_the_list(warehouse: SmallWarehouse) -> None:
    warehouse.report(None, date(2021, 1, 1), date(2025, 11, 30))
    warehouse.report("S2", date(2025, 12, 1), date(2025, 12, 31))
    warehouse.count("S1", "neighbour", [*plain_counts(50)[:-1], 0])
    warehouse.count("S2", "neighbour", plain_counts(50))
    rows = warehouse.signals(
        "select org_code, dispute_type_code, observed, expected > 40, upper_bound > 60, exceed_probability is null,"
        " is_alarm, fitted_months, series_count from mart.signal where month_start = date '2025-12-01'"
    )
    # Only station 2 reported December; the other three series are shown, but not tested.
    assert rows == [
        ("C", None, None, True, True, True, False, 58, 1),
        ("C", "neighbour", None, True, True, True, False, 58, 1),
        ("S1", None, None, True, True, True, False, 58, 1),
        ("S2", None, int(plain_counts(50)[-1]), True, True, False, False, 58, 1),
    ]


def test_only_complete_months_count_and_at_most_five_years(warehouse: SmallWarehouse) -> None:
    warehouse.report(None, date(2021, 1, 2), date(2025, 12, 31))
    warehouse.count("S1", "neighbour", range(1, 61))
    # January 2021 lacks its first day, December 2025 its last.
    assert warehouse.series(date(2025, 12, 30))["S1", None] == list(range(2, 60))
    warehouse.report(None, date(2018, 1, 1), date(2021, 1, 1))
    assert warehouse.series()["S1", None] == [0, 0, *range(1, 61)]


def test_a_type_with_a_coverage_of_its_own_has_gaps_of_its_own(warehouse: SmallWarehouse) -> None:
    warehouse.report(None, date(2021, 1, 1), date(2023, 12, 31), file="old")
    warehouse.report(None, date(2024, 1, 1), date(2025, 12, 31), file="new")
    # The old file did not collect it at all; the new one says nothing of it, so everything.
    warehouse.report(None, None, None, dispute_type="tourism", file="old")
    warehouse.count("S1", "tourism", [0] * 36 + [4] * 24)
    warehouse.count("S1", "neighbour", [7] * 60)
    found = warehouse.series()
    assert gaps(found["C", "tourism"]) == MONTHS[:36]
    assert gaps(found["C", "neighbour"]) == []
    assert found["C", None] == [7] * 36 + [11] * 24


def test_a_total_over_several_months_hides_each_of_them(warehouse: SmallWarehouse) -> None:
    warehouse.report(None, date(2021, 1, 1), date(2025, 12, 31))
    warehouse.count("S1", "neighbour", [0 if 3 <= number < 6 else 7 for number in range(60)])
    warehouse.count("S2", "labour", [2] * 60)
    row = [date(2021, 4, 1), date(2021, 6, 30), date(2021, 4, 1), "C", "D", "S1", "neighbour"]
    warehouse.connection.execute("insert into mart.incident_day values (?, ?, ?, ?, ?, ?, ?)", row)
    found = warehouse.series()
    for key in (("S1", None), ("C", "neighbour"), ("C", None)):
        assert gaps(found[key]) == MONTHS[3:6]
    assert gaps(found["S2", None]) == gaps(found["C", "labour"]) == []


def test_a_merged_station_lives_on_in_its_successor(warehouse: SmallWarehouse) -> None:
    closed = date(2024, 6, 15)
    warehouse.connection.execute("insert into core.dim_org values ('S0', 'station', 'D', 'C', 'S1', null, ?)", [closed])
    warehouse.report("S0", date(2021, 1, 1), closed)
    warehouse.report("S1", date(2021, 1, 1), date(2025, 12, 31))
    warehouse.report("S2", date(2021, 1, 1), date(2025, 12, 31))
    warehouse.count("S0", "neighbour", [5] * 41 + [2] + [0] * 18)
    warehouse.count("S1", "neighbour", [6] * 41 + [9] * 19)
    found = warehouse.series()
    assert ("S0", None) not in found
    assert found["S1", None] == [11] * 42 + [9] * 18
    assert gaps(found["C", None]) == []


def test_a_station_that_opened_has_no_months_before_and_a_closed_one_no_series(warehouse: SmallWarehouse) -> None:
    warehouse.connection.execute("update core.dim_org set valid_from = date '2022-03-10' where code = 'S1'")
    warehouse.connection.execute("update core.dim_org set valid_to = date '2025-03-31' where code = 'S2'")
    warehouse.report(None, date(2021, 1, 1), date(2025, 12, 31))
    for station in ("S1", "S2"):
        warehouse.count(station, "neighbour", [4] * 60)
    found = warehouse.series()
    assert gaps(found["S1", None]) == MONTHS[:15]
    assert ("S2", None) not in found
    assert gaps(found["C", None]) == []


def test_every_city_bureau_is_a_list_of_its_own_places(warehouse: SmallWarehouse) -> None:
    warehouse.connection.execute("""
        insert into core.dim_org values
            ('K', 'city_bureau', null, 'K', null, null, null), ('KD', 'branch', 'KD', 'K', null, null, null)
    """)
    warehouse.report("C", date(2021, 1, 1), date(2025, 12, 31))
    warehouse.report("K", date(2021, 1, 1), date(2025, 11, 30))
    warehouse.count("S1", "neighbour", [4] * 60)
    rows = [[month, "K", "KD", None, "neighbour", 9] for month in MONTHS]
    warehouse.connection.executemany("insert into mart.incident_month values (?, ?, ?, ?, ?, ?)", rows)
    found = warehouse.series()
    # Bureau K has no stations: its branch is its lowest unit.
    assert found["K", None][:59] == found["KD", None][:59] == [9] * 59
    assert gaps(found["K", None]) == gaps(found["KD", None]) == [MONTHS[59]]
    assert gaps(found["C", None]) == []


# --- the table -----------------------------------------------------------------------------------------------------


def test_the_table_shows_two_years_and_alarms_in_the_newest_month_only(warehouse: SmallWarehouse) -> None:
    warehouse.report(None, date(2021, 1, 1), date(2025, 12, 31))
    counts = plain_counts(50)
    counts[-1] = counts[-6] = 150
    warehouse.count("S1", "neighbour", counts)
    rows = warehouse.signals("select month_start, is_above_bound, is_alarm from mart.signal where org_code = 'S1'")
    assert [month for month, _, _ in rows] == MONTHS[-24:]
    assert [month for month, is_above, _ in rows if is_above] == [MONTHS[-6], MONTHS[-1]]
    assert [month for month, _, is_alarm in rows if is_alarm] == [MONTHS[-1]]


def test_codes_of_a_series_say_whose_it_is(warehouse: SmallWarehouse) -> None:
    warehouse.report(None, date(2021, 1, 1), date(2025, 12, 31))
    warehouse.count("S1", "neighbour", [6] * 60)
    codes = "city_bureau_code, branch_code, station_code, org_code, dispute_type_code"
    assert warehouse.signals(f"select distinct {codes} from mart.signal order by all") == [
        ("C", "D", "S1", "S1", None),
        ("C", None, None, "C", "neighbour"),
        ("C", None, None, "C", None),
    ]


def test_the_same_records_give_the_same_table_in_whatever_order_they_lie(warehouse: SmallWarehouse) -> None:
    warehouse.report(None, date(2021, 1, 1), date(2025, 12, 31))
    for number, kind in enumerate(("neighbour", "labour", "debt")):
        warehouse.count("S1", kind, drawn_counts(number, 30))
        warehouse.count("S2", kind, drawn_counts(10 + number, 3))
    rows = warehouse.signals()
    warehouse.connection.execute(
        "create or replace table mart.incident_month as from mart.incident_month order by hash(rowid)"
    )
    warehouse.connection.execute("create or replace table core.dim_org as from core.dim_org order by hash(code)")
    assert len(rows) == 6 * 24
    assert warehouse.signals() == rows


def test_twelve_months_give_no_row_thirteen_a_dispersion(warehouse: SmallWarehouse) -> None:
    warehouse.report("S1", date(2024, 12, 1), date(2025, 12, 31))
    warehouse.report("S2", date(2025, 1, 1), date(2025, 12, 31))
    warehouse.count("S1", "neighbour", [0] * 47 + [30, 60] * 6 + [30])
    warehouse.count("S2", "neighbour", [0] * 48 + [30] * 12)
    rows = warehouse.signals(
        "select distinct org_code, expected, upper_bound, dispersion > 3, is_alarm, fitted_months, series_count,"
        " expected_false_alarms from mart.signal"
    )
    assert rows == [("S1", None, None, True, False, 0, 0, 0)]


def test_columns_are_whole_numbers_decimals_dates_and_texts_with_a_description_each(warehouse: SmallWarehouse) -> None:
    assert warehouse.signals() == []
    described = warehouse.connection.execute("describe mart.signal").fetchall()
    assert [name for name, *_ in described] == list(COLUMNS)
    assert not {kind for _, kind, *_ in described} & {"DOUBLE", "FLOAT"}
    assert [name for name in COLUMNS if read_column_texts().find(SIGNAL.table, name) is None] == []
    assert str(SIGNAL.grain).startswith("每行")


def test_a_bureau_that_delivered_nothing_has_an_empty_table(warehouse: SmallWarehouse) -> None:
    write_signals(warehouse.connection, data_until=None)
    assert warehouse.connection.execute("from mart.signal").fetchall() == []


def test_signals_of_a_built_warehouse(tmp_path: Path) -> None:
    archive = SmallArchive(tmp_path)
    archive.deliver_orgs()
    totals = [
        {"key": f"{place} {month}", "org_code": place, "is_total": True, "incident_count": int(count),
         "dispute_type_code": "neighbour", "period_start": month, "period_end": after - timedelta(days=1)}
        for place, counts in (("S1", plain_counts(30)), ("S2", [*plain_counts(20)[:-1], 70]))
        for month, after, count in zip(MONTHS, [*MONTHS[1:], date(2026, 1, 1)], counts, strict=True)
    ]  # fmt: skip
    archive.deliver("incident", *totals, at="2026-01-01", window=[MONTHS[0], date(2025, 12, 31)])
    with duckdb.connect(str(archive.build().database)) as connection:
        write_signals(connection, data_until=date(2025, 12, 31))
        alarms = connection.execute("select org_code, observed from mart.signal where is_alarm").fetchall()
        fitted = connection.execute("select distinct org_code, fitted_months from mart.signal order by 1").fetchall()
    assert ("S2", 70) in alarms
    assert "S1" not in dict(alarms)
    assert fitted == [("C", 58), ("S1", 58), ("S2", 58)]
