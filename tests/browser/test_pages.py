"""Every page in Chromium, in both languages: nothing breaks, nothing leaves the host, nothing is left untranslated."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.pages.app import PAGES, path_of
from tests.served.bureau import selection
from tests.served.chromium import wait_until_drawn
from tests.served.server import Server
from tests.served.session import open_session
from tests.served.visit import PHONE, Visit, address, look, new_context, read_texts
from warehouse.connection import open_generation
from warehouse.generations import current_generation

LANGUAGES = ("zh", "en")
HTML_LANG = {"zh": "zh-CN", "en": "en"}
CHINESE = re.compile(r"[\u3400-\u9fff]")
ENGLISH = re.compile(r"[A-Za-z]{2,}")
# The same in every language: the other language's own name, the query language, ids of generations, labels and
# encodings of files, paths of the repository.
ALLOWED = re.compile(
    r"^(English|中文)$|\bSQL\b|\bMB\b|Ctrl\+Enter|\bEsc\b|\bTab\b|\b\d{8}T\d{6}\b|\b[a-z]+(_[a-z]+)*-[0-9a-f]{8}\b"
    r"|\b(utf|gb|big)-?\d+(-[bl]e)?\b|\bdata/\w+",
    re.IGNORECASE | re.ASCII,
)
MENU = "[data-testid=stTopNavLink], [data-testid=stTopNavSection]"
TABS = 80


@pytest.fixture(scope="module")
def desk(browser: Browser) -> Iterator[BrowserContext]:
    """One reader's profile for many pages: a new one has to read and compile all of Streamlit's scripts first."""
    with new_context(browser) as context:
        yield context


@pytest.fixture(scope="module", params=[(page, language) for page in PAGES for language in LANGUAGES], ids="-".join)
def visit(request: pytest.FixtureRequest, desk: BrowserContext, board: Server) -> tuple[str, str, Visit]:
    """A page in a language, looked at once for all tests."""
    page, language = request.param
    return page, language, look(desk, board.url, path_of(page), {"lang": language})


@pytest.fixture(scope="session")
def names(bureau: Path) -> list[str]:
    """Names of organisations and places, longest first: data, which is the same in both languages."""
    generation = current_generation(bureau)
    assert generation
    with open_generation(generation) as connection:
        rows = connection.execute("select name from core.dim_org union select short_name from core.dim_org").fetchall()
    return sorted((name for (name,) in rows if name), key=len, reverse=True)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """An empty page in a new profile."""
    with new_context(browser) as context:
        yield context.new_page()


def test_the_menu_has_the_pages_that_are_looked_at(board: Server) -> None:
    with open_session(board.port) as session:
        session.run()
        assert list(session.pages) == [path_of(page) for page in PAGES]


def test_nothing_breaks_and_nothing_leaves_the_host(visit: tuple[str, str, Visit]) -> None:
    assert visit[2].problems == ()


def test_the_document_says_its_language(visit: tuple[str, str, Visit]) -> None:
    assert visit[2].html_lang == HTML_LANG[visit[1]]


def test_no_other_language_is_left(visit: tuple[str, str, Visit], names: list[str]) -> None:
    other = CHINESE if visit[1] == "en" else ENGLISH
    assert [text for text in (ours(text, names) for text in visit[2].texts) if other.search(text)] == []


def ours(text: str, names: list[str]) -> str:
    """A text without the data in it."""
    for name in names:
        text = text.replace(name, "")
    return ALLOWED.sub("", text)


def test_a_phone_needs_no_scrolling_sideways(visit: tuple[str, str, Visit]) -> None:
    assert visit[2].phone_width <= PHONE


def test_every_chart_and_table_can_be_heard(visit: tuple[str, str, Visit]) -> None:
    assert all(visit[2].descriptions)


@pytest.mark.parametrize("name", PAGES)
def test_a_copied_link_opens_the_same_view_for_somebody_else(
    name: str, desk: BrowserContext, browser: Browser, board: Server
) -> None:
    path = path_of(name)
    with open_session(board.port) as session:
        plain = session.run(path, {"lang": "en"})
        # What the bar has, and the last of everything that the page itself lets choose.
        chosen = {"lang": "en", **selection(), **{name: words[-1] for name, words in plain.choices().items()}}
        is_narrowed = session.run(path, chosen).texts() != plain.texts()
    # Signals are of the newest month and of all series; what an analyst asks is not of a selection.
    assert is_narrowed == (name not in ("signals", "sql_workbench"))
    mine, copied = shown(desk, address(board.url, path, chosen))
    with new_context(browser) as other:
        theirs, again = shown(other, copied)
    assert theirs == mine
    assert again == copied
    kept = dict(parse_qsl(urlsplit(copied).query))
    assert kept == {parameter: kept.get(parameter) for parameter in chosen}, "a choice is not in the link"


def shown(context: BrowserContext, link: str) -> tuple[tuple[str, ...], str]:
    """What a reader reads at a link, and the address that they then could copy."""
    page = context.new_page()
    page.goto(link)
    wait_until_drawn(page)
    found = read_texts(page), page.url
    page.close()
    return found


def test_the_menu_and_the_language_can_be_reached_by_tab(page: Page, board: Server) -> None:
    page.goto(board.url)
    wait_until_drawn(page)
    wanted = {entry.inner_text() for entry in page.query_selector_all(MENU)} | {"English"}
    assert len(wanted) > 2
    reached = set()
    for _ in range(TABS):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.innerText"))
        if wanted <= reached:
            break
    assert wanted <= reached


def test_the_language_is_switched_by_enter_and_stands_in_the_link(page: Page, board: Server) -> None:
    page.goto(board.url)
    wait_until_drawn(page)
    page.get_by_role("button", name="English").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:has-text('Overview')")
    page.wait_for_url("**lang=en**")
    assert page.evaluate("document.documentElement.lang") == "en"


def test_back_returns_to_the_page_and_the_selection_before(page: Page, board: Server) -> None:
    page.goto(address(board.url, "", {"lang": "en", **selection()}))
    wait_until_drawn(page)
    before, link = read_texts(page), page.url
    page.locator(MENU).last.click()
    page.get_by_role("menuitem", name="Data quality").click()
    page.wait_for_selector("h1:has-text('Data quality')")
    wait_until_drawn(page)
    page.go_back()
    page.wait_for_selector("h1:has-text('Overview')")
    wait_until_drawn(page)
    assert page.url == link
    assert read_texts(page) == before


def test_the_server_has_nothing_to_complain_of(board: Server) -> None:
    # Last in the file: by now every page has been run.
    words = re.compile(r"warning|error|exception|traceback|deprecat", re.IGNORECASE)
    assert [line for line in board.log.splitlines() if words.search(line)] == []
