"""Pictures of every page, to be looked at by a person: python -m tests.screenshots --url URL --out DIR [--lang …]."""

from __future__ import annotations

import argparse
from itertools import product
from pathlib import Path
from typing import get_args

from playwright.sync_api import Browser

from tests.pages.app import PAGES, path_of
from tests.served.chromium import open_browser, wait_until_drawn
from tests.served.visit import DESK, PHONE, WIDTH, Scheme, address, new_context, watch

LANGUAGES = ("zh", "en")
# Only the middle of a page scrolls: the window must be as tall as that for a picture of all of it.
HEIGHT = "Math.max(...[...document.querySelectorAll('[data-testid=stMain]')].map(part => part.scrollHeight))"


def picture(browser: Browser, url: str, link: str, out: Path, *, width: int, scheme: Scheme) -> list[str]:
    """Save one page in its full height; returns what is wrong with it."""
    with new_context(browser, width=width, scheme=scheme) as context:
        page = context.new_page()
        problems = watch(page, url)
        page.goto(link)
        wait_until_drawn(page)
        page.set_viewport_size({"width": width, "height": int(page.evaluate(HEIGHT)) + 20})
        wait_until_drawn(page)
        page.screenshot(path=out)
        needed = int(page.evaluate(WIDTH))
        return [*problems, *([f"is {needed} px wide on a screen of {width}"] if needed > width else [])]


def main() -> int:
    """Take every page at phone and desk width, light and dark; 1 where something is wrong with one of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", required=True, help="where the board is served, such as http://127.0.0.1:8501")
    parser.add_argument("--lang", nargs="+", choices=LANGUAGES, default=["zh"])
    parser.add_argument("--page", nargs="+", choices=PAGES, default=[*PAGES])
    parser.add_argument("--out", required=True, type=Path, help="folder for the pictures")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    url, is_good = given.url.rstrip("/"), True
    with open_browser() as browser:
        for name, width, scheme, language in product(given.page, (PHONE, DESK), get_args(Scheme), given.lang):
            out = given.out / f"{name}_{width}_{scheme}_{language}.png"
            link = address(url, path_of(name), {"lang": language})
            problems = picture(browser, url, link, out, width=width, scheme=scheme)
            print(out, *problems, sep="\n  ", flush=True)
            is_good = is_good and not problems
    return 0 if is_good else 1


if __name__ == "__main__":
    raise SystemExit(main())
