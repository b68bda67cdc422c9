"""Debian's Chromium, started so that every request that leaves the machine is a page's own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = Path("/usr/bin/chromium")
READY = "[data-testid=stApp][data-test-script-state=notRunning]"
CHART = "[data-testid=stVegaLiteChart]"
DRAWN = f"{CHART} :is(canvas, svg)"
# Elements arrive in batches, some after the script has ended: a page is whole when it no longer changes.
IS_STILL = """([ready, chart, drawn]) => {
  const count = what => document.querySelectorAll(what).length;
  const isDrawn = count(ready) && count('h1') && !count('[data-testid=stSkeleton]') && count(chart) === count(drawn);
  const seen = isDrawn ? document.body.innerText : undefined;
  window.times = seen !== undefined && seen === window.seen ? window.times + 1 : 0;
  window.seen = seen;
  return window.times >= 4;
}"""
PAGE_MILLISECONDS = 90_000
# Set where a machine must have a browser, so that its absence fails instead of being passed over.
NEEDED = "FENGQIAO_NEED_BROWSER"
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


def why_not() -> str | None:
    """Why no browser can be started here; None where it can."""
    if CHROMIUM.is_file() or os.environ.get(NEEDED):
        return None
    return f"no {CHROMIUM}: Debian's package chromium is not installed"


@contextmanager
def open_browser() -> Iterator[Browser]:
    """A browser without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*ARGUMENTS])
        try:
            yield browser
        finally:
            browser.close()


def wait_until_drawn(page: Page) -> None:
    """Return when the script has ended, every chart has been drawn, and nothing has moved for half a second."""
    page.evaluate("window.seen = undefined")
    page.wait_for_function(IS_STILL, arg=[READY, CHART, DRAWN], polling=125, timeout=PAGE_MILLISECONDS)
