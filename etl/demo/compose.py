"""One planned file as a table of text: spelled, spoilt, some rows twice; and what became of each row."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from etl.demo.activities import PARTS
from etl.demo.faults import Fault, faults_of
from etl.demo.persons import INCIDENT_HEADERS, VISIT_HEADERS, invent_persons
from etl.demo.plan import PlannedFile
from etl.demo.spelling import spell
from etl.mapping import Mapping

DUPLICATE_SHARE = 0.003
PERSONAL = {"bureau_incident": INCIDENT_HEADERS, "bureau_visit": VISIT_HEADERS}
PART_WORDS = {"received": "受理", "completed": "办结", "on_the_spot": "当场办结", "one_visit": "一次办结"}


@dataclass(frozen=True)
class Composed:
    """The table of a file: `text` under its headers, and each row's key, version and fault (null = good).

    `moments`: for a workbook with date cells, header -> the typed values (null where the text stands).
    """

    text: pl.DataFrame
    entries: pl.DataFrame
    moments: dict[str, pl.Series]


def compose(file: PlannedFile, mapping: Mapping, random: np.random.Generator) -> Composed:
    """Spell the rows, spoil some, repeat some, put personal columns beside them, name the columns."""
    rows = file.rows
    text = spell(rows, mapping, file.style)
    if mapping.unpivot:
        text = text.with_columns(rows[name].cast(pl.String) for name in PARTS)
    places, faults = _chosen_faults(file, random)
    text = _spoil(text, rows, places, faults, file)
    reasons = pl.Series([None], dtype=pl.String).new_from_index(0, rows.height)
    kinds = reasons.scatter(places, [fault.reason for fault in faults]) if places else reasons
    entries = pl.DataFrame(
        {
            "id": rows["id"],
            "version": _versions(rows),
            "fault": kinds,
            "records": _record_counts(rows, mapping),
        }
    )
    headers = _headers(mapping, file.style.spelling)
    named = text.rename(headers)
    if file.mapping in PERSONAL and file.has_persons:
        named = named.hstack(invent_persons(random, rows.height, PERSONAL[file.mapping], file.style.spelling))
    moments = _date_cells(rows, headers, places, file)
    return _repeated(_ordered(named, file, random), entries, moments, file, random)


def _versions(rows: pl.DataFrame) -> pl.Series:
    return (
        rows["version"].cast(pl.Int8)
        if "version" in rows.columns
        else pl.repeat(0, rows.height, dtype=pl.Int8, eager=True)
    )


def _record_counts(rows: pl.DataFrame, mapping: Mapping) -> pl.Series:
    """How many records a row gives: one, or one per filled cell of a wide table."""
    if not mapping.unpivot:
        return pl.repeat(1, rows.height, dtype=pl.Int8, eager=True)
    return rows.select(pl.sum_horizontal(pl.col(name).is_not_null() for name in PARTS).cast(pl.Int8)).to_series()


def _chosen_faults(file: PlannedFile, random: np.random.Generator) -> tuple[list[int], list[Fault]]:
    """Which rows are spoilt, and how; the last row stays whole, so that no file looks cut off."""
    if not file.is_messy or file.rows.height == 0:
        return list(file.forced), list(file.forced.values())
    faults = faults_of(file.mapping, is_text=file.style.suffix != "xlsx", rows=file.rows.height, turn=file.turn)
    places = np.sort(random.choice(file.rows.height - 1, len(faults), replace=False)).tolist() if faults else []
    return [*places, *file.forced], [*faults, *file.forced.values()]


def _spoil(
    text: pl.DataFrame, rows: pl.DataFrame, places: list[int], faults: list[Fault], file: PlannedFile
) -> pl.DataFrame:
    """Overwrite the cells of the rows that go wrong."""
    written: dict[str, tuple[list[int], list[str | None]]] = {}
    for place, fault in zip(places, faults, strict=True):
        cells = fault.cells(rows.row(place, named=True), file.delivered) if fault.cells else {}
        for name, value in cells.items():
            at, values = written.setdefault(name, ([], []))
            at.append(place)
            values.append(value)
    spoilt = [
        text[name].clone().scatter(at, pl.Series(values, dtype=pl.String)).alias(name)
        for name, (at, values) in written.items()
    ]
    return text.with_columns(spoilt)


def _headers(mapping: Mapping, spelling: int) -> dict[str, str]:
    """Field -> the header this file uses for it, one of the spellings that the mapping knows."""
    names = {name: column.sources or (name,) for name, column in mapping.columns.items()}
    headers = {name: words[spelling % len(words)] for name, words in names.items()}
    if mapping.unpivot:
        headers |= {part: word + ("数" if spelling % 2 else "") for part, word in PART_WORDS.items()}
    return headers


def _date_cells(
    rows: pl.DataFrame, headers: dict[str, str], places: list[int], file: PlannedFile
) -> dict[str, pl.Series]:
    if not file.style.has_date_cells:
        return {}
    spoilt = pl.Series([False]).new_from_index(0, rows.height).scatter(places, True) if places else None
    return {
        headers[name]: rows[name].set(spoilt, None) if spoilt is not None else rows[name]
        for name in headers
        if name in rows.columns and rows[name].dtype == pl.Datetime("us")
    }


def _ordered(text: pl.DataFrame, file: PlannedFile, random: np.random.Generator) -> pl.DataFrame:
    """Some offices order the columns in their own way; the first stays, because totals are labelled in it."""
    if not file.style.is_shuffled:
        return text
    first, *others = text.columns
    return text.select(first, *(others[i] for i in random.permutation(len(others))))


def _repeated(
    text: pl.DataFrame,
    entries: pl.DataFrame,
    moments: dict[str, pl.Series],
    file: PlannedFile,
    random: np.random.Generator,
) -> Composed:
    """A few good rows stand twice, one right after the other."""
    good = np.flatnonzero(entries["fault"].is_null().to_numpy()) if file.is_messy else np.array([], dtype=int)
    wanted = min(good.size, max(1, round(good.size * DUPLICATE_SHARE)))
    twice = random.choice(good, wanted, replace=False) if good.size else good
    order = np.sort(np.concatenate([np.arange(text.height), twice]))
    if not twice.size:
        return Composed(text, entries, moments)
    return Composed(text[order], entries[order], {name: values.gather(order) for name, values in moments.items()})
