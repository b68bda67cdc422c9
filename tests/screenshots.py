"""Pictures of every page, to be looked at by a person: python -m tests.screenshots --url URL --out DIR."""

from __future__ import annotations

import argparse
from itertools import product
from pathlib import Path
from typing import Literal, get_args

from playwright.sync_api import Browser, sync_playwright

Scheme = Literal["light", "dark"]
PAGES = {
    name: "" if name == "overview" else name
    for name in ("overview", "disputes", "signals", "definitions", "data_quality")
}
WIDTHS = (390, 1440)
READY = "[data-testid=stApp][data-test-script-state=notRunning]"
CHROMIUM = Path("/usr/bin/chromium")
# Nothing of the browser's own traffic, so that any request that leaves this machine is ours.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
HEIGHT = "Math.max(...[...document.querySelectorAll('[data-testid=stMain]')].map(part => part.scrollHeight))"


def picture(browser: Browser, url: str, out: Path, *, width: int, scheme: Scheme) -> list[str]:
    """Save one page in its full height; returns what is wrong with it."""
    page = browser.new_page(viewport={"width": width, "height": 1000}, color_scheme=scheme)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(url)
    page.wait_for_selector(READY)
    # Charts are drawn after the script has ended.
    page.wait_for_timeout(2500)
    page.set_viewport_size({"width": width, "height": int(page.evaluate(HEIGHT)) + 20})
    page.wait_for_timeout(1200)
    page.screenshot(path=out)
    found = [
        f"asks for {other}" for other in asked if not other.startswith((url.rsplit("/", 1)[0], "data:", "blob:", "ws"))
    ]
    scrolled = int(page.evaluate("document.documentElement.scrollWidth"))
    if scrolled > width:
        found.append(f"is {scrolled} px wide on a screen of {width}")
    page.close()
    return found


def main() -> None:
    """Take every page at phone and desk width, light and dark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", required=True, help="where the board is served, such as http://127.0.0.1:8501")
    parser.add_argument("--lang", default="zh", help="zh or en")
    parser.add_argument("--out", required=True, type=Path, help="folder for the pictures")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for (name, path), width, scheme in product(PAGES.items(), WIDTHS, get_args(Scheme)):
            out = given.out / f"{name}_{width}_{scheme}_{given.lang}.png"
            url = f"{given.url.rstrip('/')}/{path}?lang={given.lang}"
            for problem in picture(browser, url, out, width=width, scheme=scheme):
                print(f"{out.name}: {problem}")
            print(out)
        browser.close()


if __name__ == "__main__":
    main()
