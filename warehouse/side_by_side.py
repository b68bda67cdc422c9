"""Make tables that do not read each other at the same time: planning small ones leaves all cores but one idle."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

import duckdb

from warehouse.model_files import Model, dependencies

MAKERS = 2

Make = Callable[[duckdb.DuckDBPyConnection, Model], None]


def make_side_by_side(connection: duckdb.DuckDBPyConnection, models: Iterable[Model], make: Make) -> None:
    """Call `make` for every model as soon as all that it reads is made, each time with a connection of its own.

    What `make` raises is raised once those that had begun have ended; nothing is begun after it.
    """
    by_table = {model.table: model for model in models}
    order = dependencies(by_table.values())
    order.prepare()
    catalog = connection.execute("select current_catalog()").fetchall()[0][0]

    def make_one(table: str) -> None:
        with connection.cursor() as own:
            own.execute(f"use {catalog}")
            make(own, by_table[table])

    running: dict[Future[None], str] = {}
    with ThreadPoolExecutor(MAKERS) as pool:
        try:
            while order.is_active():
                running |= {pool.submit(make_one, table): table for table in order.get_ready()}
                for done in wait(running, return_when=FIRST_COMPLETED).done:
                    done.result()
                    order.done(running.pop(done))
        finally:
            pool.shutdown(cancel_futures=True)
