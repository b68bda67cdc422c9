"""Business ids: one spelling each, and a fault where a spreadsheet has already lost their digits."""

import polars as pl

from etl.values.parsed import Parsed, fault_where, without_faults
from etl.values.text import clean

# As Excel, Java and pandas write floats. A leading zero (12E0001) belongs to a numbering, not to an exponent.
_EXPONENT = r"^[-+]?[0-9]+(?:\.[0-9]*)?E(?:[-+]?[1-9][0-9]{0,2}|[-+]0[0-9])$"
_FLOAT_TAIL = r"^[0-9]+\.0*$"
# Capitals, digits and hyphens, neither empty nor an exponent: nothing to clean and nothing lost.
_UNUSUAL = r"^$|[^0-9A-Z-]|^-?[0-9]+E"
# A spreadsheet number keeps 15 digits; the 16th and later are already zeros in the file.
_TOO_LONG_FOR_A_NUMBER = r"^[0-9]{16,}$"


def normalise_ids(text: pl.Series, *, numeric_cells: bool) -> Parsed:
    """Ids as String: clean, upper case, no blanks, leading zeros kept; `lossy_id` where digits are gone.

    `numeric_cells`: the cells were numbers in the spreadsheet, so 16 digits and more cannot be trusted.
    """
    if not numeric_cells and not text.str.contains(_UNUSUAL).any():
        return without_faults(text)
    ids = clean(text)
    if ids.str.contains("[a-z ]").any():
        ids = ids.str.to_uppercase().str.replace_all(" ", "", literal=True)
    lossy = rf"{_EXPONENT}|{_FLOAT_TAIL}" + (f"|{_TOO_LONG_FOR_A_NUMBER}" if numeric_cells else "")
    return fault_where(without_faults(ids), ids.str.contains(lossy), "lossy_id")
