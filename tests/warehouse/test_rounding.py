"""Half-up rounding of every kind of number."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.statistics import half_up


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (Fraction(1, 8), 2, "0.13"),
        (Fraction(-1, 8), 2, "-0.13"),
        (Fraction(100 * 1, 800), 1, "0.1"),
        (Fraction(100 * 5, 800), 1, "0.6"),
        (Fraction(1, 3), 1, "0.3"),
        (Decimal("2.5"), 0, "3"),
        (Decimal("0.5"), 0, "1"),
        (7, 1, "7.0"),
        (-7, 0, "-7"),
        (True, 0, "1"),
        # Floats at their shortest repr: 0.285 and 1.005 lie below the half in binary.
        (0.285, 2, "0.29"),
        (1.005, 2, "1.01"),
        (2.675, 2, "2.68"),
        (1e-9, 3, "0.000"),
        (np.float64(0.285), 2, "0.29"),
        (np.float32(0.285), 2, "0.29"),
        (np.int64(12), 1, "12.0"),
        (np.int64(2**62) * 1, 1, "4611686018427387904.0"),
        (1250, -2, "1300"),
        (12345, -1, "12350"),
        # Beyond the 28 places of the ordinary decimal context.
        (10**40 + 1, 1, f"{10**40 + 1}.0"),
    ],
)
def test_halves_go_away_from_zero(value: Any, digits: int, text: str) -> None:
    assert str(half_up(value, digits)) == text


@pytest.mark.parametrize("value", [-0.04, Fraction(-1, 100), Decimal("-0.0"), -0.0])
def test_what_rounds_to_nothing_has_no_sign(value: Any) -> None:
    assert str(half_up(value, 1)) == "0.0"


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12), st.integers(0, 6))
def test_rounding_agrees_with_the_decimal_module(value: Decimal, digits: int) -> None:
    with localcontext(prec=60):
        assert half_up(value, digits) == value.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)


@pytest.mark.parametrize(
    ("part", "whole", "share"),
    # Published: 黄石 2016-08 (of 869 and 842 of 869), a station report, a newspaper that cut 90.7 to 90.
    [
        (160, 869, "18.4"),
        (278, 869, "32.0"),
        (76, 869, "8.7"),
        (54, 869, "6.2"),
        (842, 869, "96.9"),
        (731, 758, "96.4"),
        (195, 215, "90.7"),
        (869 - 840, 840, "3.5"),
        (62 - 81, 81, "-23.5"),
        (162 - 200, 200, "-19.0"),
        (16_466, 68_780, "23.9"),
    ],
)
def test_published_percentages_come_back_from_their_counts(part: int, whole: int, share: str) -> None:
    assert str(half_up(Fraction(100 * part, whole), 1)) == share


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, Decimal("NaN"), np.float64("inf")])
def test_what_is_no_finite_number_cannot_be_rounded(value: Any) -> None:
    with pytest.raises(ValueError, match="cannot round"):
        half_up(value, 1)


@pytest.mark.parametrize("value", ["1.5", None, 1j, [1]])
def test_what_is_no_number_cannot_be_rounded(value: Any) -> None:
    with pytest.raises(TypeError, match="cannot round"):
        half_up(value, 1)
