"""How long a new browser waits for the first chart of the first page, on the board and on the trivial app in turn."""

from __future__ import annotations

import statistics
import time
from collections.abc import Mapping

from playwright.sync_api import Browser

from tests.served.chromium import DRAWN, PAGE_MILLISECONDS, open_browser, why_not
from tests.served.server import Server


def seconds_to_chart(browser: Browser, url: str) -> float:
    """From the request until a chart stands on the page, in a profile with an empty cache."""
    with browser.new_context() as context:
        page = context.new_page()
        started = time.perf_counter()
        page.goto(url)
        page.wait_for_selector(DRAWN, state="attached", timeout=PAGE_MILLISECONDS)
        return time.perf_counter() - started


def measure_first_chart(servers: Mapping[str, Server], *, rounds: int) -> list[str]:
    """A line for each server: median, lowest and highest."""
    reason = why_not()
    if reason:
        return [f"time to the first chart: not measured, {reason}"]
    took: dict[str, list[float]] = {name: [] for name in servers}
    with open_browser() as browser:
        for number in range(rounds + 1):
            for name, server in servers.items():
                seconds = seconds_to_chart(browser, server.url)
                # The first round warms the browser itself.
                took[name].extend([seconds] if number else [])
    lines = ["seconds to the first chart of the first page in a new browser profile: median (lowest–highest)"]
    return lines + [
        f"{name:<16}{statistics.median(each):.2f} ({min(each):.2f}–{max(each):.2f})" for name, each in took.items()
    ]
