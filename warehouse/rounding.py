"""Half-up rounding to a Decimal: the one rule for every figure that people read."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from numbers import Rational, Real
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    Number = int | float | Decimal | Fraction | np.integer[Any] | np.floating[Any]


def half_up(value: Number, digits: int) -> Decimal:
    """`value` rounded to `digits` decimals, halves away from zero: 0.125 -> 0.13, -0.125 -> -0.13.

    A float (numpy's too) is taken at its shortest repr, so 0.285 rounds as the number a person reads and not as the
    binary fraction just below it. Exact at any size, keeps trailing zeros, never gives -0. Negative `digits` round to
    tens, hundreds, ... Raises TypeError for what is no real number, ValueError for infinity and NaN.
    """
    numerator, denominator = _exact_ratio(value)
    finer, coarser = 10 ** max(digits, 0), 10 ** max(-digits, 0)
    steps = (2 * abs(numerator) * finer + denominator * coarser) // (2 * denominator * coarser)
    # A value that rounds to nothing has no sign: "-0.0" on a card would read as a fall.
    sign = int(numerator < 0 < steps)
    # Put together from its digits, because decimal arithmetic would round to the context's 28 places.
    return Decimal((sign, Decimal(steps * coarser).as_tuple().digits, -max(digits, 0)))


def _exact_ratio(value: object) -> tuple[int, int]:
    if isinstance(value, Rational):
        return int(value.numerator), int(value.denominator)
    if not isinstance(value, Real | Decimal):
        raise TypeError(f"cannot round a {type(value).__name__}")
    number = Decimal(str(value))
    if not number.is_finite():
        raise ValueError(f"cannot round {value}")
    return number.as_integer_ratio()
