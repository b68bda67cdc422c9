"""What every page begins with: language, title, freshness, load status, and what to do where it is empty."""

from __future__ import annotations

import runpy
from datetime import date, datetime
from pathlib import Path

import streamlit as st

from pages.components import access, cards, commands
from pages.components.data import Board, last_days, open_board, read
from pages.components.figures import headline_day
from pages.components.filters import enter_page
from pages.components.labels import keep_language, language, switch_language, t
from warehouse.reference import Language
from warehouse.wording import format_date, format_moment

STYLE = Path(__file__).with_name("board.css")
APP = Path(__file__).resolve().parents[2] / "app.py"
ENTERED = "entered"
STALE_DAYS = 2
OTHER: dict[Language, Language] = {"zh": "en", "en": "zh"}
HTML_LANG: dict[Language, str] = {"zh": "zh-CN", "en": "en"}


def enter() -> access.Reader:
    """Begin a run of the menu: fix the language, know in the pages that the menu has run, and see who asks."""
    keep_language()
    st.session_state[ENTERED] = True
    return access.who()


def _go_through_menu() -> None:
    # Until some session has called st.navigation, Streamlit takes pages/ for pages of its own and runs the script
    # of a deep link without app.py. Run from here, app.py draws its menu and comes back to this page.
    if not st.session_state.get(ENTERED):
        runpy.run_path(str(APP))
        st.stop()


def open_page(name: str) -> Board | None:
    """Draw the head of a page; the board to read from, or None where there is nothing to show yet.

    A reader without the role that the page needs is told so, and the page ends there.
    """
    _go_through_menu()
    enter_page(name)
    # Screen readers and hyphenation go by it; Streamlit serves its page as English.
    st.html(
        f"<script>document.documentElement.lang = '{HTML_LANG[language()]}'</script>",
        unsafe_allow_javascript=True,
    )
    st.html(STYLE)
    reader = access.who()
    if not reader.may_open(name):
        _refuse(reader, name)
        st.stop()
    board = open_board()
    days = last_days(board) if board.generation else {}
    _head(t(f"{name}.title"), board, days)
    _warnings(board, days)
    if board.generation is None:
        inbox = board.folder / "inbox"
        st.info(t("state.no_generation", inbox=inbox, command=commands.refresh(board)))
        return None
    if not days:
        st.info(t("state.empty", command=commands.refresh(board)))
        return None
    return board


def _refuse(reader: access.Reader, name: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.title(t(f"{name}.title"), anchor=False, width="content")
        st.space("stretch")
        _other_language()
    if access.must_log_in():
        st.info(t("access.log_in"))
        st.button(t("access.log_in_button"), type="primary", on_click=st.login)
    elif reader.name is None:
        st.warning(t("access.nameless"))
    elif not reader.roles:
        st.warning(t("access.unknown", name=cards.plain(reader.name)))
    else:
        needed = t("access.joiner").join(t(f"access.{role}") for role in sorted(access.NEEDS[name]))
        st.warning(t("access.needs", name=cards.plain(reader.name), roles=needed))


def _other_language() -> None:
    st.button(t("app.other_language"), type="tertiary", on_click=switch_language, args=(OTHER[language()],))


def _head(title: str, board: Board, days: dict[str, date]) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.title(title, anchor=False, width="content")
        _freshness(board, days)
        _load_status(board)
        if board.is_demo:
            st.badge(t("app.demo"), color="gray", help=t("app.demo_help"))
        st.space("stretch")
        _other_language()


def _freshness(board: Board, days: dict[str, date]) -> None:
    until = headline_day(days)
    if until is None:
        st.badge(t("fresh.none"), color="gray")
        return
    feeds = read(board, "data_until").select("feed", language()).iter_rows()
    each = [
        t(
            "fresh.day",
            feed=words,
            day=format_date(days[feed], language()) if feed in days else t("fresh.no_feed"),
        )
        for feed, words in feeds
    ]
    is_stale = _days_old(board, until) is not None
    st.badge(
        t("fresh.until", day=format_date(until, language())),
        icon=":material/schedule:" if is_stale else ":material/check_circle:",
        color="orange" if is_stale else "blue",
        help=t("fresh.help", days=t("fresh.joiner").join(each)),
    )


def _load_status(board: Board) -> None:
    state = _state(board)
    colour, icon = {
        "good": ("blue", ":material/check_circle:"),
        "look": ("orange", ":material/visibility:"),
        "failed": ("orange", ":material/error:"),
        "none": ("gray", None),
    }[state]
    st.badge(t(f"load.{state}", at=finished_at(board)), icon=icon, color=colour)  # type: ignore[arg-type]


def finished_at(board: Board) -> str:
    """When the last night ended; empty before the first."""
    finished = board.night.get("finished_at") if board.night else None
    return format_moment(datetime.fromisoformat(finished)) if finished else ""


def _state(board: Board) -> str:
    if board.night is None:
        return "none"
    return {0: "good", 3: "look"}.get(board.night.get("exit_code", 1), "failed")


def _warnings(board: Board, days: dict[str, date]) -> None:
    night, until = board.night or {}, headline_day(days)
    state = _state(board)
    if state == "failed":
        problem = next(iter(night.get("problems", ())), None)
        reason = t("load.problem", problem=cards.plain(problem)) if problem else ""
        st.warning(t("load.failed_text", problem=reason, command=commands.status(board), page="data_quality"))
    elif state == "look":
        refused, held = len(night.get("refused", ())), len(night.get("held", ()))
        st.warning(t("load.look_text", refused=refused, held=held, page="data_quality"))
    published = night.get("generation")
    if board.unreadable:
        shown = board.generation.id if board.generation else "–"
        st.warning(t("load.damaged", id=board.unreadable, shown=shown, command=commands.refresh(board)))
    # Not merely another one: between the flip and the night's report the newest generation has no report yet.
    elif board.generation and published and published > board.generation.id:
        st.warning(t("load.rolled_back", id=board.generation.id))
    age = _days_old(board, until) if until else None
    if until and age and board.built_at:
        built = format_date(board.built_at.date(), language())
        st.warning(t("fresh.stale", n=age, day=format_date(until, language()), built=built))


def _days_old(board: Board, until: date) -> int | None:
    """Days from the last day of data to the building of the generation, where they are too many."""
    # A synthetic bureau stands still on purpose.
    if board.built_at is None or board.is_demo:
        return None
    days = (board.built_at.date() - until).days
    return days if days > STALE_DAYS else None
