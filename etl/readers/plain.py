"""Cut records without quotes into cells: the common case, in two thirds of the time of the general parser."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
from pyarrow import csv

# Parsed at a time; a longer record is left to the general parser.
_PART_BYTES = 1 << 20


def parse_plain(data: bytes, delimiter: str, headers: Sequence[str], wanted: Sequence[str]) -> pa.Table | None:
    """The wanted cells as text, an empty one null; None where a record has not as many fields as the header.

    `data`: UTF-8, each record ended by one LF, no quotes and no carriage returns; an empty line is a record of nothing.
    """
    read = csv.ReadOptions(column_names=list(headers), use_threads=False, block_size=_PART_BYTES)
    parse = csv.ParseOptions(delimiter=delimiter, quote_char=False, ignore_empty_lines=False)
    convert = csv.ConvertOptions(
        column_types=dict.fromkeys(wanted, pa.string()),
        include_columns=list(wanted),
        null_values=[""],
        strings_can_be_null=True,
        check_utf8=False,
    )
    try:
        return csv.read_csv(pa.BufferReader(data), read_options=read, parse_options=parse, convert_options=convert)
    except pa.ArrowInvalid:
        return None
