"""The file of the ingest benchmark by PostgreSQL: COPY as text, then the same checks in SQL, to the same facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from etl.code_lookup import code_lookups
from etl.feeds import FEEDS
from etl.feeds.incident import COMPUTED, parts_by_outcome
from etl.mapping import read_mappings
from etl.organisations import Organisations
from tests.bench.postgres import Server, started_server
from warehouse.reference import codes_of

CHECKS = Path(__file__).with_suffix(".sql")
TABLE = "incident_text"
# The columns of the file, in its order; the last are dropped, but COPY has no way to leave them out.
COLUMNS = (
    "source_key",
    "org",
    "received_at",
    "dispatched_at",
    "arrived_at",
    "closed_at",
    "dispute_type",
    "channel",
    "outcome",
    "mediation_kind",
    "risk_level",
    "is_urgent",
    "dispute_key",
    "caller",
    "phone",
    "id_number",
    "address",
    "story",
)
# Of the facts, to tell whether two ways came to the same; stations are not published, for the archive of the benchmark
# registers none.
TOTALS = {
    "published": "count(*)",
    "received": "sum(received_count)",
    "closed": "sum(closed_count)",
    "resolved": "sum(resolved_count)",
    "failed": "sum(failed_count)",
    "referred": "sum(referred_count)",
    "response_minutes": "sum(response_minutes)",
    "days_to_close": "sum(days_to_close)",
    "repeats": "count(case when has_repeat_90d then 1 end)",
    "urgent": "count(case when is_urgent then 1 end)",
    "types": "count(distinct dispute_type_code)",
    "risk_levels": "count(distinct risk_level_code)",
}
KEY = bytes(range(32))


def totals_query(table: str) -> str:
    """One row, a column for each of `TOTALS`."""
    return f"select {', '.join(f'cast({sql} as bigint) as {name}' for name, sql in TOTALS.items())} from {table}"


def load(inbox: Path, mapping: str, organisations: Organisations, delivered_on: date) -> dict[str, Any]:
    """Seconds of COPY and of the checks, rows quarantined and published, and what the facts add up to.

    Args:
        inbox: a folder of one file, named by its encoding.
        mapping: the name of its mapping.
        organisations: those that it names.
        delivered_on: no day after this one is sound.
    """
    (path,) = inbox.iterdir()
    with started_server() as server:
        _write_small_tables(server, mapping, organisations, delivered_on)
        texts = ", ".join(f"{name} text" for name in COLUMNS)
        server.sql(f"create unlogged table {TABLE} (line bigint generated always as identity, {texts});")
        listed = f"{TABLE} ({', '.join(COLUMNS)})"
        copied = server.milliseconds(f"\\copy {listed} from '{path}' (format csv, header, encoding '{inbox.name}')")
        checked = server.milliseconds("vacuum analyze;", CHECKS.read_text("utf-8"))
        totals = [int(value) for value in server.value(totals_query("fct_incident")).split("|")]
        return {
            "seconds": (sum(copied) + sum(checked)) / 1000,
            "copy_seconds": sum(copied) / 1000,
            "checks_seconds": sum(checked) / 1000,
            "version": server.value("show server_version"),
            "rows_in": int(server.value(f"select count(*) from {TABLE}")),
            "quarantined": int(server.value("select count(*) from quarantine")),
            "totals": dict(zip(TOTALS, totals, strict=True)),
        }


def _write_small_tables(server: Server, name: str, organisations: Organisations, delivered_on: date) -> None:
    (mapping,) = (one for one in read_mappings() if one.name == name)
    spelled = code_lookups(mapping) | {"org_code": organisations.codes}
    written = {field: _written(field) for field in spelled if field != "org_code"} | {"org_code": organisations.codes}
    parts = parts_by_outcome().cast({"outcome_code": pl.String})
    counts = (column.removeprefix(COMPUTED) for column in parts.columns[1:])
    inner, outer = (bytes(byte ^ pad for byte in KEY.ljust(64, b"\0")).hex() for pad in (0x36, 0x5C))
    server.sql(
        "create table written_code (field text, word text, code text);",
        _insert("written_code", _rows(written)),
        "create table spelled_code (field text, spelling text, code text, primary key (field, spelling));",
        _insert("spelled_code", _rows(spelled)),
        f"create table outcome_part (outcome_code text, {', '.join(f'{count} bigint' for count in counts)});",
        _insert("outcome_part", parts.rows()),
        "create table place (org_code text, station_code text, branch_code text, city_bureau_code text);",
        _insert("place", [(code, code, None, None) for code in sorted(set(organisations.codes.values()))]),
        f"create table pad as select '\\x{inner}'::bytea as inner_pad, '\\x{outer}'::bytea as outer_pad;",
        f"create table delivered_until as select date '{delivered_on}' as day;",
        "analyze;",
    )


def _written(name: str) -> dict[str, str]:
    """Word as the code table writes it -> code."""
    (field,) = (one for one in FEEDS["incident"].fields if one.name == name)
    codes = codes_of(field.code_list).to_dicts() if field.code_list else []
    return {word: row["code"] for row in codes for word in (row["zh"], *row["aliases"])}


def _rows(words: Mapping[str, Mapping[str, str]]) -> list[tuple[str, str, str]]:
    return [(field, word, code) for field, each in words.items() for word, code in each.items()]


def _insert(table: str, rows: Sequence[tuple[Any, ...]]) -> str:
    def literal(value: object) -> str:
        return "null" if value is None else "'" + str(value).replace("'", "''") + "'"

    listed = (f"({', '.join(map(literal, row))})" for row in rows)
    return f"insert into {table} values {', '.join(listed)};"
