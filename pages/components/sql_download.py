"""The files of an answer: of a whole one at once, of one that was cut after it has been asked again, whole."""

from __future__ import annotations

import streamlit as st

from pages.components.data import Board, last_days
from pages.components.figures import headline_day
from pages.components.labels import language, t
from pages.components.result_files import MIME, SUFFIXES, XLSX_ROWS, Stamp, Suffix, file_name, fits, write
from pages.components.sql_desk import Desk
from pages.components.sql_presence import presence
from pages.components.sql_run import Job, Run
from warehouse.sandbox import DOWNLOAD
from warehouse.wording import format_date, format_exact

MEGABYTE = 1 << 20
POLL_SECONDS = 1.0


def show_downloads(desk: Desk, run: Run, board: Board, *, user: str | None) -> None:
    """One button for each kind of file, what it holds, and for whom it is meant."""
    assert run.result is not None
    stamp = _stamp(run, board)
    if run.result.is_truncated:
        st.caption(t("sql_workbench.whole_note", **_limits()))
        with st.container(horizontal=True, gap="small"):
            for suffix in SUFFIXES:
                if st.button(
                    t("sql_workbench.whole", kind=suffix.upper()),
                    key=f"sql-whole-{suffix}",
                    disabled=desk.job is not None and not desk.job.is_finished,
                ):
                    desk.make_file(suffix, stamp, user=user, is_here=presence())
        if desk.job:
            is_waiting = not desk.job.is_finished
            every = POLL_SECONDS if is_waiting else None
            st.fragment(_show_job, run_every=every)(desk.job, run, board, is_waiting)
    else:
        with st.container(horizontal=True, gap="small"):
            for suffix in SUFFIXES:
                _button(run, suffix, board, lambda suffix=suffix: write(run.result, suffix, stamp), key="all")
    st.caption(t("sql_workbench.internal"))


def _button(run: Run, suffix: Suffix, board: Board, content: object, *, key: str) -> None:
    st.download_button(
        suffix.upper(),
        content,  # type: ignore[arg-type]
        file_name=_file_name(run, board, suffix),
        mime=MIME[suffix],
        key=f"sql-file-{key}-{suffix}",
        on_click="ignore",
        icon=":material/download:",
        disabled=run.result is not None and not run.result.is_truncated and not fits(run.result, suffix),
    )


def _show_job(job: Job, run: Run, board: Board, is_waiting: bool) -> None:
    if is_waiting and job.is_finished:
        # Drawn anew, without asking every second.
        st.rerun()
    if not job.is_finished:
        place = job.run.ticket.place
        words = (
            t("sql_workbench.queued", n=format_exact(place))
            if place
            else t("sql_workbench.making", kind=job.suffix.upper(), seconds=format_exact(int(job.run.seconds)))
        )
        with st.container(horizontal=True, vertical_alignment="center", gap="small", border=True):
            st.markdown(f":material/hourglass_empty: {words}", width="content")
            st.button(t("sql_workbench.cancel"), key="sql-cancel-file", on_click=job.run.ticket.cancel)
    elif job.run.problem is not None:
        st.warning(job.run.problem.reason_in(language()))
    elif job.does_not_fit:
        st.warning(t("sql_workbench.no_workbook", n=format_exact(job.rows), most=format_exact(XLSX_ROWS)))
    elif job.content is None:
        st.warning(t("sql_workbench.no_file"))
    else:
        megabytes = f"{len(job.content) / MEGABYTE:,.1f}"
        key = "file_cut" if job.is_cut else "file_ready"
        st.markdown(t(f"sql_workbench.{key}", n=format_exact(job.rows), megabytes=megabytes))
        _button(run, job.suffix, board, job.content, key=f"whole-{job.run.number}")


def _limits() -> dict[str, str]:
    return {
        "rows": format_exact(DOWNLOAD.rows),
        "megabytes": format_exact(DOWNLOAD.bytes // MEGABYTE),
        "seconds": format_exact(int(DOWNLOAD.seconds)),
        "sheet": format_exact(XLSX_ROWS),
    }


def _file_name(run: Run, board: Board, suffix: Suffix) -> str:
    until = headline_day(last_days(board))
    parts = [t("sql_workbench.file"), f"{until:%Y%m%d}" if until else "", f"{run.asked_at:%H%M%S}"]
    return file_name([part for part in parts if part], suffix)


def _stamp(run: Run, board: Board) -> Stamp:
    until = headline_day(last_days(board))
    day = format_date(until, language()) if until else ""
    source = t("sql_workbench.stamp_demo" if board.is_demo else "sql_workbench.stamp")
    values = [f"${name} = {value}" for name, value in run.typed.items()]
    return Stamp(
        (source, t("export.until", day=day, id=run.generation.id), t("sql_workbench.internal_stamp"), *values),
        run.sql,
        sheet=t("sql_workbench.sheet"),
        about=t("sql_workbench.about"),
    )
