"""A build that is short of memory puts rows aside on the disk, and comes out whole."""

from __future__ import annotations

from pathlib import Path

import duckdb

from warehouse.scratch import close_scratch, open_building, open_scratch

TABLES, ROWS = 12, 100_000


def test_what_was_put_aside_is_no_hindrance_to_the_checkpoint(tmp_path: Path) -> None:
    """What a table has beyond its last whole group of rows is written by the checkpoint, until then put aside."""
    database, spill = tmp_path / "warehouse.duckdb", tmp_path / "spill"
    with open_building(database) as connection:
        open_scratch(connection, memory_limit="60MB")
        connection.execute("create schema core")
        for number in range(TABLES):
            # Digits that cannot be made smaller: 10 MB a table.
            texts = ", ".join(f"md5(cast(range as varchar) || '{number} {column}') as t{column}" for column in range(3))
            connection.execute(f"create table core.t{number} as select {texts} from range({ROWS})")
        assert any(spill.iterdir())
        close_scratch(connection)
        connection.execute("checkpoint")
    assert not spill.exists()
    with duckdb.connect(str(database), read_only=True) as reader:
        counted = " union all ".join(f"select count(*) as rows, min(len(t2)) from core.t{n}" for n in range(TABLES))
        assert reader.execute(counted).fetchall() == [(ROWS, 32)] * TABLES
