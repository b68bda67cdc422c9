"""Parse counts, measures and lower bounds: thousands separators, units the mapping names, percent signs."""

import re
from collections.abc import Sequence

import polars as pl

from etl.values.parsed import Parsed, fault_where, nulls, repair, unread
from etl.values.text import clean

_WHOLE = r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)"
_DECIMAL = rf"(?:{_WHOLE}(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]{{1,3}})?"
_SIGN = r"[-+−]?"
_MORE = r"(?:余|餘|多|以上|\+)"
_AT_LEAST_BEFORE = r"(?:逾|超过|超|至少|不少于)"
_BOUND_WORD = f"{_MORE}|{_AT_LEAST_BEFORE}"
# These multiply: taken for a unit, "3万" would count as 3.
_MULTIPLIERS = frozenset("十百千万亿萬億")


def parse_integers(
    text: pl.Series, *, units: Sequence[str] = (), minimum: int | None = 0, maximum: int | None = None
) -> Parsed:
    """Counts as Int64. `1234.0` is 1234; 12.5, Chinese numerals and units not in `units` are bad numbers."""
    pattern = rf"^({_SIGN}{_WHOLE})(?:\.0*)?{_unit(units)}$"

    def read(cells: pl.Series) -> Parsed:
        plain = clean(cells)
        digits = _digits(plain, pattern)
        values = digits.cast(pl.Int64, strict=False)
        parsed = unread(plain, values, "bad_number")
        is_huge = digits.is_not_null() & values.is_null()
        return Parsed(values, parsed.fault.set(is_huge, "out_of_range"))

    return _bounded(repair(text, text.cast(pl.Int64, strict=False), read), minimum, maximum)


def parse_decimals(
    text: pl.Series,
    *,
    percent: bool = False,
    units: Sequence[str] = (),
    minimum: float | None = 0,
    maximum: float | None = None,
) -> Parsed:
    """Measures as Float64. With `percent`, 96.4% is 0.964; a number without the sign stays as it stands."""
    tail = f"(?:{_unit(units)}| ?%)" if percent else _unit(units)
    pattern = rf"^({_SIGN}{_DECIMAL}){tail}$"

    def read(cells: pl.Series) -> Parsed:
        plain = clean(cells)
        digits = _digits(plain, pattern)
        if percent:
            # Read as 96.4e-2: the nearest float to 0.964, which 96.4 / 100 is not.
            digits = digits.zip_with(~plain.str.ends_with("%"), digits + "e-2")
        return unread(plain, _finite(digits.cast(pl.Float64, strict=False)), "bad_number")

    return _bounded(repair(text, _finite(text.cast(pl.Float64, strict=False)), read), minimum, maximum)


def parse_quantities(text: pl.Series, *, units: Sequence[str] = ()) -> tuple[Parsed, pl.Series]:
    """Counts as Int64 with qualifier codes: 120起 is `exact`; 120余起, 50多人次, 10万多, 逾30 are `at_least`.

    近 and 约 bound nothing from below and are bad numbers; so is an exact 10万, which is rounded either way.
    """
    plain = clean(text)
    bounds = _lower_bounds(plain, _unit(units))
    is_bound = bounds.is_not_null()
    values, fault = parse_integers(plain.set(is_bound, None) if is_bound.any() else plain, units=units)
    found = pl.DataFrame({"exact": values, "bound": bounds}).select(
        pl.coalesce("exact", "bound").alias("quantity"),
        pl.when(pl.col("bound").is_not_null())
        .then(pl.lit("at_least"))
        .when(pl.col("exact").is_not_null())
        .then(pl.lit("exact"))
        .alias("qualifier_code"),
    )
    return Parsed(found["quantity"], fault), found["qualifier_code"]


def _lower_bounds(plain: pl.Series, unit: str) -> pl.Series:
    """The number of each cell that says 余, 多, 以上, 逾 …; null in all others."""
    if not plain.str.contains(_BOUND_WORD).any():
        return nulls(len(plain), pl.Int64())
    number = rf"({_WHOLE}) ?(万)?"
    forms = rf"{_AT_LEAST_BEFORE} ?{number}{unit}", rf"{number} ?{_MORE}{unit}", rf"{number}{unit} ?以上"
    bounds = [_bound(plain.str.extract_groups(f"^{form}$").struct.unnest()) for form in forms]
    return pl.select(pl.coalesce(bounds)).to_series()


def _bound(parts: pl.DataFrame) -> pl.Series:
    digits = pl.col("1").str.replace_all(",", "", literal=True).cast(pl.Int64, strict=False)
    times = pl.when(pl.col("2").is_null()).then(1).otherwise(10_000)
    # Beyond this the product could wrap around in silence; such a cell stays unread.
    return parts.select(pl.when(digits <= 10**12).then(digits * times)).to_series()


def _unit(units: Sequence[str]) -> str:
    if refused := _MULTIPLIERS & set(units):
        raise ValueError(f"{''.join(sorted(refused))} multiplies a number and cannot be a unit")
    known = [unit for unit in clean(pl.Series(units, dtype=pl.String)) if unit]
    # The longest first: 人次 before 人.
    choice = "|".join(re.escape(unit) for unit in sorted(known, key=len, reverse=True))
    return f"(?: ?(?:{choice}))?" if choice else ""


def _digits(plain: pl.Series, pattern: str) -> pl.Series:
    number = plain.str.extract(pattern).str.replace_all(",", "", literal=True)
    return number.str.replace("−", "-", literal=True)


def _finite(values: pl.Series) -> pl.Series:
    return values.set(~values.is_finite(), None)


def _bounded(parsed: Parsed, minimum: float | None, maximum: float | None) -> Parsed:
    if minimum is not None:
        parsed = fault_where(parsed, parsed.values < minimum, "out_of_range")
    if maximum is not None:
        parsed = fault_where(parsed, parsed.values > maximum, "out_of_range")
    return parsed
