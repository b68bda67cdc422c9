"""Business ids: one spelling each, and a fault where a spreadsheet has already lost their digits."""

import polars as pl

from etl.values.parsed import Parsed, fault_where, without_faults
from etl.values.text import clean, joined_bytes

# As Excel, Java and pandas write floats. A leading zero (12E0001) belongs to a numbering, not to an exponent.
_EXPONENT = r"^[-+]?[0-9]+(?:\.[0-9]*)?E(?:[-+]?[1-9][0-9]{0,2}|[-+]0[0-9])$"
_FLOAT_TAIL = r"^[0-9]+\.0*$"
# In ids of nothing else there is nothing to clean, and nothing is lost but by an exponent.
_USUAL = b"0123456789-ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_EXPONENT_LIKE = "^-?[0-9]+E"
# A spreadsheet number keeps 15 digits; the 16th and later are already zeros in the file.
_TOO_LONG_FOR_A_NUMBER = r"^[0-9]{16,}$"


def normalise_ids(text: pl.Series, *, numeric_cells: bool) -> Parsed:
    """Ids as String: clean, upper case, no blanks, leading zeros kept; `lossy_id` where digits are gone.

    `numeric_cells`: the cells were numbers in the spreadsheet, so 16 digits and more cannot be trusted.
    """
    if not numeric_cells and is_usual(text):
        return without_faults(text)
    ids = clean(text)
    if ids.str.contains("[a-z ]").any():
        ids = ids.str.to_uppercase().str.replace_all(" ", "", literal=True)
    lossy = rf"{_EXPONENT}|{_FLOAT_TAIL}" + (f"|{_TOO_LONG_FOR_A_NUMBER}" if numeric_cells else "")
    return fault_where(without_faults(ids), ids.str.contains(lossy), "lossy_id")


def is_usual(text: pl.Series) -> bool:
    """Whether nothing has to be done: no cell is empty, and none holds anything but capitals, digits and hyphens."""
    if text.str.len_bytes().min() == 0:
        return False
    data = joined_bytes(text).tobytes()
    return not data.translate(None, _USUAL) and not (b"E" in data and text.str.contains(_EXPONENT_LIKE).any())
