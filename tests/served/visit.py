"""One look at a page in Chromium: what it says, what it asked for, and what a reader would stumble over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlencode, urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

from tests.served.chromium import wait_until_drawn

Scheme = Literal["light", "dark"]
DESK, PHONE = 1440, 390
TALL = 1000
# Every text a reader sees except icons, commands and codes, which are the same in every language; with it what is heard
# or shown in empty fields. Streamlit's own labels of its own buttons are English and not ours to change.
TEXTS = """() => {
  const shown = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement;
    const words = walker.currentNode.textContent.trim();
    const isOther = parent.closest('script, style, noscript, code, pre, [translate=no],'
      + ' [data-testid=stSkipToContent], [data-testid=stElementToolbar], .vega-actions');
    if (words && !isOther && parent.checkVisibility()) shown.push(words);
  }
  for (const field of document.querySelectorAll(':placeholder-shown')) shown.push(field.placeholder);
  for (const drawn of document.querySelectorAll('[data-testid=stVegaLiteChart], table')) {
    shown.push(drawn.getAttribute('aria-label') ?? '');
  }
  return shown.filter(words => words);
}"""
CHARTS = """() => [...document.querySelectorAll('[data-testid=stVegaLiteChart], table')]
  .map(drawn => drawn.getAttribute('aria-label') ?? '')"""
WIDTH = """() => Math.max(document.documentElement.scrollWidth,
  ...[...document.querySelectorAll('[data-testid=stMain]')].map(part => part.scrollWidth))"""


@dataclass(frozen=True)
class Visit:
    """What one look at a page has found; `problems` are exceptions, errors of the console and requests to others."""

    url: str
    html_lang: str
    texts: tuple[str, ...]
    descriptions: tuple[str, ...]
    phone_width: int
    problems: tuple[str, ...]


def address(url: str, page: str, parameters: Mapping[str, str]) -> str:
    """The link to a page; the first one has no path of its own."""
    return f"{url}/{page}" + (f"?{urlencode(parameters)}" if parameters else "")


def new_context(browser: Browser, *, width: int = DESK, scheme: Scheme = "light") -> BrowserContext:
    """A browser profile that has never seen the board."""
    return browser.new_context(viewport={"width": width, "height": TALL}, color_scheme=scheme)


def watch(page: Page, url: str) -> list[str]:
    """A list that fills with what goes wrong on this page from now on."""
    found: list[str] = []
    host = urlsplit(url).netloc

    def ask(address: str) -> None:
        parts = urlsplit(address)
        if parts.scheme not in ("data", "blob") and parts.netloc != host:
            found.append(f"asks for {address}")

    def say(message: ConsoleMessage) -> None:
        # Below a page's path Streamlit looks for its own files first, and finds them at the root.
        if message.type == "error" and "/_stcore/" not in message.location["url"]:
            found.append(f"console: {message.text} {message.location['url']}")

    page.on("request", lambda request: ask(request.url))
    page.on("websocket", lambda socket: ask(socket.url))
    page.on("console", say)
    page.on("pageerror", lambda error: found.append(f"script: {error}"))
    return found


def read_texts(page: Page) -> tuple[str, ...]:
    """Every text on the page, as `TEXTS` has it."""
    texts: list[str] = page.evaluate(TEXTS)
    return tuple(texts)


def look(context: BrowserContext, url: str, name: str, parameters: Mapping[str, str]) -> Visit:
    """Open a page on a desk, then make the window as narrow as a phone."""
    page = context.new_page()
    try:
        problems = watch(page, url)
        page.goto(address(url, name, parameters))
        wait_until_drawn(page)
        texts, descriptions = read_texts(page), page.evaluate(CHARTS)
        for box in page.query_selector_all("[data-testid=stException], [data-testid=stAlertContentError]"):
            problems.append(f"shows {box.inner_text()}")
        lang: Any = page.evaluate("document.documentElement.lang")
        page.set_viewport_size({"width": PHONE, "height": TALL})
        wait_until_drawn(page)
        width: Any = page.evaluate(WIDTH)
        return Visit(page.url, str(lang), texts, tuple(descriptions), int(width), tuple(problems))
    finally:
        page.close()
