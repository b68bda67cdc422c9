"""The lower half of the workbench: waiting with a way to stop, the answer as table, chart and files, or why none."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl
import streamlit as st

from pages.components import cards
from pages.components.data import Board, newest_generation
from pages.components.labels import language, t
from pages.components.result_charts import chart_of, drawn_rows, gaps
from pages.components.result_plan import FORMS, MOST_SERIES, Choices, Form, Plan, choices_of, guess
from pages.components.result_table import (
    PAGE_ROWS,
    SHOWN_COLUMNS,
    count_pages,
    numeric_columns,
    page_of,
    unique_names,
)
from pages.components.sql_desk import Desk
from pages.components.sql_download import show_downloads
from pages.components.sql_run import Run
from warehouse.sandbox import LimitExceeded, Refused, Result
from warehouse.wording import format_exact, join_sentences

POLL_SECONDS = 0.5
GRID = "grid-plain-sql"
# Of the rows that need no scrolling, and of the box in which more of them scroll.
FITTING_ROWS, HEIGHT = 18, 560


def show_run(desk: Desk, board: Board, *, user: str | None, on_finished: Callable[[Run], None]) -> None:
    """What the desk's run has come to; `on_finished` is told once, when it is."""
    run = desk.run
    if run is None:
        st.caption(t("sql_workbench.nothing_run"))
    elif not run.is_finished:
        st.fragment(_wait, run_every=POLL_SECONDS)(run, on_finished)
    elif run.problem is not None:
        _problem(run)
    else:
        _answer(desk, run, board, user)


def _wait(run: Run, on_finished: Callable[[Run], None]) -> None:
    if run.settle():
        on_finished(run)
    if run.is_finished:
        st.rerun()
    place, seconds = run.ticket.place, format_exact(int(run.seconds))
    words = t("sql_workbench.queued", n=format_exact(place)) if place else t("sql_workbench.running", seconds=seconds)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", border=True):
        st.markdown(f":material/hourglass_empty: {words}", width="content")
        st.button(t("sql_workbench.cancel"), key="sql-cancel", on_click=run.ticket.cancel)


def _problem(run: Run) -> None:
    problem = run.problem
    assert problem is not None
    reason = cards.plain(problem.reason_in(language()))
    if isinstance(problem, Refused) and problem.code == "cancelled":
        st.info(reason)
        return
    if isinstance(problem, Refused) and problem.line:
        place = "at_line_and_column" if problem.column else "at_line"
        where = t(f"sql_workbench.{place}", line=problem.line, column=problem.column)
        st.error(f"**{where}** {reason}")
        return
    (st.warning if isinstance(problem, LimitExceeded) else st.error)(reason)


@st.fragment
def _answer(desk: Desk, run: Run, board: Board, user: str | None) -> None:
    result = run.result
    assert result is not None
    st.markdown(_found(result))
    newest = newest_generation(board)
    if newest and newest.id != run.generation.id:
        st.warning(t("sql_workbench.newer", id=run.generation.id, newest=newest.id))
    if not result.columns or not result.row_count:
        st.caption(t("sql_workbench.no_rows"))
        return
    view = st.segmented_control(
        t("sql_workbench.view"),
        ["table", "chart", "files"],
        format_func=lambda name: t(f"sql_workbench.as_{name}"),
        default="table",
        required=True,
        key="sql-view",
        label_visibility="collapsed",
    )
    if view == "table":
        _table(run, result)
    elif view == "chart":
        _chart(run, result)
    else:
        show_downloads(desk, run, board, user=user)
    st.caption(t("sql_workbench.source", id=run.generation.id))


def _found(result: Result) -> str:
    seconds = f"{result.milliseconds / 1000:.2f}"
    shape = {"n": format_exact(result.row_count), "columns": len(result.columns), "seconds": seconds}
    if result.truncated_by:
        return t(f"sql_workbench.cut_by_{result.truncated_by}", **shape)
    return t("sql_workbench.answer_rows", **shape)


def _table(run: Run, result: Result) -> None:
    pages = count_pages(result.row_count)
    page = st.pagination(pages, key=f"sql-page-{run.number}") if pages > 1 else 1
    rows = page_of(result.columns, result.rows, page)
    first = (page - 1) * PAGE_ROWS + 1
    last, total = format_exact(first + rows.height - 1), format_exact(result.row_count)
    shown = t("sql_workbench.rows_shown", first=format_exact(first), last=last, n=total)
    if len(result.columns) > SHOWN_COLUMNS:
        shown = t(
            "sql_workbench.columns_shown", rows=shown, shown=SHOWN_COLUMNS, columns=format_exact(len(result.columns))
        )
    escaped = rows.with_columns(map(cards.plain_cells, rows.get_columns()))
    # Numbers are compared by their last digits.
    numeric = numeric_columns(result.columns, result.types)
    places = [place for place, name in enumerate(rows.columns, start=1) if name in numeric]
    # board.css goes by the key.
    with st.container(key=GRID, height=HEIGHT if rows.height > FITTING_ROWS else "content", border=False):
        if places:
            cells = ", ".join(f".st-key-{GRID} tr > :nth-child({place})" for place in places)
            # !important: Streamlit says "left" on each cell.
            st.html(f"<style>{cells} {{ text-align: right !important; }}</style>")
        st.table(
            escaped.rename(cards.plain).to_pandas(), width="content", border="horizontal", alt=shown, hide_index=True
        )
    st.caption(shown)


def frame_of(result: Result) -> pl.DataFrame:
    """The rows of an answer as a frame for its chart."""
    return pl.DataFrame(pl.from_arrow(result.table())).rename(
        dict(zip(result.schema.names, unique_names(result.columns), strict=True))
    )


def _chart(run: Run, result: Result) -> None:
    frame = frame_of(result)
    columns = choices_of(frame)
    if not columns.numbers or frame.height < 2:
        st.caption(t("sql_workbench.no_chart"))
        return
    plan = _choose(run, columns, guess(frame) or Plan("bars", columns.x_of("bars")[0], columns.numbers[:1]))
    title = t(f"sql_workbench.title_{plan.form}", x=plan.x, y=t("sql_workbench.joiner").join(plan.y))
    cards.show_drawing(chart_of(frame, plan, description=title))
    drawn = drawn_rows(frame, plan)
    words = [t("sql_workbench.drawn", n=format_exact(drawn), all=format_exact(frame.height))]
    is_coloured = plan.series is not None or len(plan.y) > 1
    left = words if drawn < frame.height else []
    if empty := gaps(frame, plan):
        left.append(t("sql_workbench.gaps", n=format_exact(empty)))
    st.caption(join_sentences([*left, t("sql_workbench.colours")] if is_coloured else left, language()))


def _choose(run: Run, columns: Choices, first: Plan) -> Plan:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        form: Form = st.segmented_control(
            t("sql_workbench.form"),
            FORMS,
            format_func=lambda name: t(f"sql_workbench.{name}"),
            default=first.form,
            required=True,
            key=f"sql-form-{run.number}",
        )
        x = _pick("x", run, columns.x_of(form), first.x)
        y = st.multiselect(
            t("sql_workbench.y"),
            columns.numbers,
            default=first.y,
            max_selections=MOST_SERIES,
            placeholder=columns.numbers[0],
            key=f"sql-y-{run.number}",
            width=260,
        )
        several = len(y) > 1
        series = "" if several else _pick("series", run, ("", *columns.groups), first.series or "")
    return Plan(form, x, tuple(y) or columns.numbers[:1], series if series and series != x else None)


def _pick(name: str, run: Run, options: tuple[str, ...], first: str) -> str:
    chosen: str = st.selectbox(
        t(f"sql_workbench.{name}"),
        options,
        index=options.index(first) if first in options else 0,
        format_func=lambda option: option or t("sql_workbench.no_series"),
        key=f"sql-{name}-{run.number}",
        width=160,
    )
    return chosen
