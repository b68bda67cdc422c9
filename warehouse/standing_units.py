"""Units and other reference feeds of an incremental night: read whole; units that moved are told."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import duckdb

from warehouse.archive import ArchiveBatch, Numbered, base_tables, delivery_tables
from warehouse.deliveries import Deliveries, NeedsFull
from warehouse.model_files import BEFORE, SCRATCH, Model, in_dependency_order
from warehouse.scratch import archive_select, write_tables
from warehouse.touched import create, on_side
from warehouse.versions import empty_model, version_models

# Small feeds that are read whole; the units every night, for they say where every record belongs.
REFERENCE = ("org", "population", "annotation")
SHARED = ("code", "code_flag", "calendar")
PLACES = ("org_place", "org_line")


def read_reference(
    connection: duckdb.DuckDBPyConnection, models: Mapping[str, Model], deliveries: Deliveries, templates: Path
) -> list[str]:
    """Stage units, and the other reference feeds that changed; the feeds staged.

    Raises:
        NeedsFull: a unit has moved, and with it all that is told of it.
    """
    changed = {batch.feed for _, batch in deliveries.changed}
    feeds = [feed for feed in REFERENCE if feed == "org" or feed in changed]
    for feed in feeds:
        _stage(connection, models, feed, deliveries.numbered_after, templates, SCRATCH)
    for name in SHARED:
        connection.execute(f"create view {BEFORE}.{name} as select * from {SCRATCH}.{name}")
    write_tables(connection, delivery_tables(deliveries.numbered_before), BEFORE)
    if "org" in changed or any(_registers(batch) for _, batch in deliveries.changed):
        registered = {"registered_org": base_tables(deliveries.numbered_before, ())["registered_org"]}
        write_tables(connection, registered, BEFORE)
        _stage(connection, models, "org", deliveries.numbered_before, templates, BEFORE)
        for name in PLACES:
            now, then = f"select * from {SCRATCH}.{name}", f"select * from {BEFORE}.{name}"
            if connection.execute(f"({now} except {then}) union all ({then} except {now}) limit 1").fetchone():
                raise NeedsFull("units came, went or moved")
    else:
        for name in PLACES:
            connection.execute(f"create view {BEFORE}.{name} as select * from {SCRATCH}.{name}")
    return feeds


def _registers(batch: ArchiveBatch) -> bool:
    return bool((batch.info.get("registered") or {}).get("org"))


def _stage(
    connection: duckdb.DuckDBPyConnection,
    models: Mapping[str, Model],
    feed: str,
    numbered: Numbered,
    templates: Path,
    side: str,
) -> None:
    held = [(number, batch) for number, batch in numbered if batch.feed == feed]
    template = templates / f"{feed}.parquet"
    connection.execute(f"create view {side}.archive_{feed} as {archive_select(held, template)}")
    columns = [name for name, *_ in connection.execute(f"describe {side}.archive_{feed}").fetchall()]
    own = [name for name in columns if name not in ("batch_no", "row_no")]
    reductions = version_models(connection, feed, own, scratch=side) if held else [empty_model(feed, scratch=side)]
    staged = [
        Model(side, model.name, on_side(model.sql, side))
        for table, model in models.items()
        if table == f"{SCRATCH}.{feed}" or (feed == "org" and table.startswith(f"{SCRATCH}.org"))
    ]
    for model in in_dependency_order([*reductions, *staged]):
        create(connection, model)
