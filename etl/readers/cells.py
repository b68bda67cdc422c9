"""The cells of a spreadsheet as text, with what their types say that the text does not.

The engine gives every cell as text; asked for another type it gives null where a cell is not of that type.
So text cells, numbers and dates are told apart by a second look at the columns that need it.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeVar

import fastexcel
import polars as pl

from etl.readers.table import MAX_COLUMNS, Unreadable

# The engine's names of cell errors -> what Excel shows.
CELL_ERRORS = {
    "Div0": "#DIV/0!",
    "NA": "#N/A",
    "Name": "#NAME?",
    "Null": "#NULL!",
    "Num": "#NUM!",
    "Ref": "#REF!",
    "Value": "#VALUE!",
}
_ERROR = re.compile(r"Error\((\w+)\)")
_MOMENT = r"^-?\d{4,}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?$"
# A double holds 15 digits for certain; from the 16th on they may not be those that were typed.
_LONG_NUMBER = r"^-?\d{16,}$"
_BOOLEAN = r"^(true|false)$"
_SECONDS_A_DAY = 86_400

Result = TypeVar("Result")


@dataclass(frozen=True)
class Sheet:
    """One sheet of an open workbook; row 0 of `text` is row 1 of the sheet, columns are numbered names."""

    book: fastexcel.ExcelReader
    name: str
    is_visible: bool
    text: pl.DataFrame
    places: tuple[int, ...]  # each column's index in the sheet


def open_book(data: bytes) -> fastexcel.ExcelReader:
    """A workbook held in memory; raises Unreadable."""
    return _guard(lambda: fastexcel.read_excel(data), sheet=None)


def load_sheet(book: fastexcel.ExcelReader, name: str) -> Sheet:
    """A sheet with every cell as the engine's text, empty cells null, error cells as Excel shows them."""

    def load() -> Sheet:
        sheet = book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
        _refuse_wide(sheet.width, name)
        batch, errors = sheet.to_arrow_with_errors()
        places = tuple(column.absolute_index for column in sheet.available_columns())
        text = pl.DataFrame(pl.from_arrow(batch)).select(pl.all().replace("", None))
        text.columns = [str(i) for i in range(text.width)]
        return Sheet(book, name, sheet.visible == "visible", _show_errors(text, errors), places)

    return _guard(load, sheet=name)


def type_cells(sheet: Sheet) -> tuple[pl.DataFrame, dict[str, pl.Series]]:
    """Dates as ISO text, booleans in capitals; and per column which cells are numbers that lost digits."""
    text = sheet.text
    numbers = _look_again(sheet, f"{_LONG_NUMBER}|{_BOOLEAN}", "boolean")
    long_numbers = numbers.select(
        pl.col(c).is_not_null() & text[c].str.contains(_LONG_NUMBER).fill_null(False) for c in numbers.columns
    )
    moments = _look_again(sheet, _MOMENT, "duration")
    typed = text.with_columns(
        *(_booleans(text[c], numbers[c]) for c in numbers.columns if c not in moments.columns),
        *(_moments(text[c], moments[c]) for c in moments.columns),
    )
    return typed, {c: long_numbers[c] for c in long_numbers.columns if long_numbers[c].any()}


def _look_again(sheet: Sheet, pattern: str, dtype: Literal["boolean", "duration"]) -> pl.DataFrame:
    """The columns with text like `pattern`, read as another type."""
    has_match = sheet.text.select(pl.all().str.contains(pattern).any())
    columns = [c for c in sheet.text.columns if has_match[c].any()]
    if not columns:
        return pl.DataFrame()

    def load() -> pl.DataFrame:
        places = [sheet.places[int(c)] for c in columns]
        again = sheet.book.load_sheet(
            sheet.name, header_row=None, skip_rows=0, dtypes=dtype, use_columns=places
        ).to_polars()
        again.columns = columns
        return again

    return _guard(load, sheet=sheet.name)


def _booleans(text: pl.Series, typed: pl.Series) -> pl.Series:
    is_boolean = typed.is_not_null() & text.str.contains(_BOOLEAN)
    shown = pl.when(is_boolean).then(text.str.to_uppercase()).otherwise(text)
    return pl.select(shown.alias(text.name)).to_series()


def _moments(text: pl.Series, since_epoch: pl.Series) -> pl.Series:
    """Times of day without a date; dates without a time where all date cells of the column are midnights.

    The engine hides number formats, so one midnight among other times stays a time: 2026-01-31 00:00:00.
    """
    is_moment = since_epoch.is_not_null()
    stamp = text.str.slice(0, 19)
    seconds = since_epoch.dt.total_seconds()
    is_time = is_moment & seconds.is_between(0, _SECONDS_A_DAY - 1)
    is_only_days = (stamp.str.ends_with(" 00:00:00") | ~is_moment | is_time).all()
    shown = stamp.str.slice(0, 10) if is_only_days else stamp
    whole = pl.when(is_time).then(stamp.str.slice(11)).when(is_moment).then(shown).otherwise(text)
    return pl.select(whole.alias(text.name)).to_series()


def _show_errors(text: pl.DataFrame, errors: fastexcel.CellErrors | None) -> pl.DataFrame:
    places: dict[int, dict[int, str]] = {}
    for error in errors.errors if errors else ():
        row, column = error.offset_position
        kind = _ERROR.search(error.detail)
        places.setdefault(column, {})[row] = CELL_ERRORS.get(kind[1], "#ERROR!") if kind else "#ERROR!"
    return text.with_columns(
        text[str(column)].scatter(list(rows), list(rows.values())) for column, rows in places.items()
    )


def _refuse_wide(width: int, sheet: str) -> None:
    if width > MAX_COLUMNS:
        raise Unreadable("too_large", sheet=sheet, found=f"{width} columns", expected=f"<= {MAX_COLUMNS}")


def _guard(call: Callable[[], Result], *, sheet: str | None) -> Result:
    """Run the engine; whatever it dies of is a refusal of this file and no end of the night."""
    try:
        return call()
    except fastexcel.FastExcelError as error:
        is_locked = "password" in str(error).lower()
        code, found = ("encrypted", "password") if is_locked else ("not_what_it_says", "broken workbook")
        raise Unreadable(code, sheet=sheet, found=found, expected="xlsx, xls") from error
    except BaseException as error:
        # A panic inside the engine is no Exception, lest `except Exception` hide it.
        if type(error).__name__ != "PanicException":
            raise
        broken = Unreadable("not_what_it_says", sheet=sheet, found="broken workbook", expected="xlsx, xls")
        raise broken from error
