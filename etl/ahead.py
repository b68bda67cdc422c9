"""Work one step ahead: what comes next is made while what is there is used."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")


def ahead(items: Iterator[Item]) -> Iterator[Item]:
    """The same items in the same order, each made in a thread of its own while the one before it is used.

    At most one waits, and none is kept once the next is asked for. What making one raises is raised where it would
    have come; nothing is made after that.
    """
    over = object()
    with ThreadPoolExecutor(1) as maker:
        coming = maker.submit(next, items, over)
        while (item := coming.result()) is not over:
            coming = maker.submit(next, items, over)
            yield item  # type: ignore[misc]
            del item
