"""The SQL editor in Chromium: it completes, runs by keyboard, points at mistakes, lets the keyboard go, and links."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.served.chromium import wait_until_drawn
from tests.served.server import Server
from tests.served.visit import address, new_context, watch

PAGE = "sql_workbench"
MILLISECONDS = 60_000
TYPIST_MILLISECONDS = 400
STATIONS = "select level_code, count(*) as n\nfrom core.dim_org\nwhere level_code = 'station'\ngroup by level_code"


@pytest.fixture
def page(browser: Browser, board: Server) -> Iterator[Page]:
    """The workbench in a new profile, in English; a script that breaks fails the test."""
    with new_context(browser) as context:
        opened = context.new_page()
        problems = watch(opened, board.url)
        opened.goto(address(board.url, PAGE, {"lang": "en"}))
        wait_until_drawn(opened)
        yield opened
        assert problems == []


def editor(page: Page) -> Locator:
    """Where the query is written."""
    return page.locator(".cm-content")


def write(page: Page, sql: str) -> None:
    """Type over what is there."""
    editor(page).click()
    page.keyboard.press("Control+a")
    # As typed, so that nothing is completed or closed on the way: like a paste.
    page.keyboard.insert_text(sql)


def answer(page: Page, words: str) -> None:
    """Wait until the page says something."""
    expect(page.get_by_text(words).first).to_be_visible(timeout=MILLISECONDS)


def test_a_table_and_a_dot_offer_its_columns_with_what_they_hold(page: Page) -> None:
    write(page, "select ")
    page.keyboard.type("core.fct_incident.")
    options = page.locator(".cm-tooltip-autocomplete li")
    expect(options.filter(has_text="received_on")).to_be_visible(timeout=MILLISECONDS)
    assert {"closed_on", "dispute_type_code"} <= {
        text.split()[0] for text in page.locator(".cm-completionLabel").all_inner_texts()
    }
    page.keyboard.type("days_to")
    expect(options.first).to_contain_text("days_to_close")
    # The editor takes no key for a list that has only just appeared: it may not be what the typist meant.
    page.wait_for_timeout(TYPIST_MILLISECONDS)
    page.keyboard.press("Enter")
    expect(editor(page)).to_have_text("select core.fct_incident.days_to_close")


def test_control_and_enter_run_the_query_and_its_link_opens_it_for_somebody_else_unrun(
    page: Page, browser: Browser, board: Server
) -> None:
    write(page, STATIONS)
    page.keyboard.press("Control+Enter")
    answer(page, "1 row, 2 columns")
    expect(page.locator("table td").first).to_have_text("station")
    link = page.url
    assert parse_qs(urlsplit(link).query)["sql"] == [STATIONS]
    with new_context(browser) as context:
        other = context.new_page()
        other.goto(link)
        wait_until_drawn(other)
        assert other.locator(".cm-line").all_inner_texts() == STATIONS.split("\n")
        expect(other.get_by_text("has not been run")).to_be_visible()
        expect(other.locator("table")).to_have_count(0)


def test_a_mistake_is_marked_at_its_line_until_the_text_changes(page: Page) -> None:
    write(page, "select 1\nfrom core.dim_org as o\ngrop by 1")
    page.keyboard.press("Control+Enter")
    answer(page, "Line 3, column 1:")
    expect(page.locator(".cm-error-line")).to_have_text("grop by 1")
    expect(page.locator(".cm-error-word")).to_have_text("grop")
    editor(page).click()
    page.keyboard.press("End")
    page.keyboard.insert_text(" ")
    expect(page.locator(".cm-error-line")).to_have_count(0)


def workers_of(pid: int) -> set[int]:
    """The sandboxed queries of a server: what the process that it forks them from has started and not yet buried."""

    def children(parent: int) -> set[int]:
        lists = [(task / "children").read_text() for task in Path(f"/proc/{parent}/task").iterdir()]
        return {int(child) for found in lists for child in found.split()}

    with suppress(FileNotFoundError):
        return {worker for parent in children(pid) for worker in children(parent)}
    return set()


def wait_for(what: Callable[[], bool]) -> None:
    deadline = time.monotonic() + MILLISECONDS / 1000
    while not what() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert what()


def test_a_browser_that_is_closed_in_the_middle_leaves_no_query_behind(browser: Browser, board: Server) -> None:
    with new_context(browser) as context:
        page = context.new_page()
        page.goto(address(board.url, PAGE, {"lang": "en"}))
        wait_until_drawn(page)
        write(page, "select sum(a.r * b.r) from range(1000000) as a(r) cross join range(1000000) as b(r)")
        page.keyboard.press("Control+Enter")
        wait_for(lambda: bool(workers_of(board.pid)))
    wait_for(lambda: not workers_of(board.pid))
    # The next reader is served as if nothing had been.
    with new_context(browser) as context:
        page = context.new_page()
        page.goto(address(board.url, PAGE, {"lang": "en"}))
        wait_until_drawn(page)
        write(page, STATIONS)
        page.keyboard.press("Control+Enter")
        answer(page, "1 row, 2 columns")


def test_the_keyboard_gets_out_of_the_editor_and_an_example_into_it(page: Page) -> None:
    write(page, "select 1")
    page.keyboard.press("Tab")
    expect(editor(page)).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    expect(editor(page)).not_to_be_focused()
    assert editor(page).get_attribute("aria-label") == "Query (SQL)"
    page.get_by_role("button", name="The trend without the seasons").press("Enter")
    expect(editor(page)).to_contain_text("rows between 11 preceding and current row")


def test_the_button_runs_what_was_typed_a_moment_ago_also_when_it_was_there_before(page: Page) -> None:
    first, second = "select 40 + 2 as n, '你好' as greeting", "select 7 as n, 'b' as greeting"
    run = page.get_by_role("button", name="Run", exact=True)
    write(page, first)
    run.click()
    expect(page.locator("table td")).to_have_text(["42", "你好"], timeout=MILLISECONDS)
    write(page, second)
    page.keyboard.press("Control+Enter")
    expect(page.locator("table td")).to_have_text(["7", "b"], timeout=MILLISECONDS)
    write(page, first)
    run.click()
    expect(page.locator("table td")).to_have_text(["42", "你好"], timeout=MILLISECONDS)
