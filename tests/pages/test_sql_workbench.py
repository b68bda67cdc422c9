"""The SQL workbench: nothing runs unasked, every answer and every refusal is told, nothing is lost on the way."""

from __future__ import annotations

import json
import shutil
import time
from io import BytesIO
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from pages.components.sql_desk import Desk
from pages.components.sql_link import link_of
from pages.components.sql_presence import watch
from tests.pages.app import open_page
from tests.pages.conftest import NEW, OLD
from warehouse.generations import current_generation, point_current
from warehouse.sandbox import DOWNLOAD, Refused, submit

pytestmark = pytest.mark.long

SLOW = """select count(*) from core.dim_date as a cross join core.dim_date as b cross join core.dim_date as c
where a.day_number * b.day_number % 7 = c.day_number % 5"""
PATIENCE_SECONDS = 60.0


def desk_of(app: AppTest) -> Desk:
    found: Desk = app.session_state["sql-desk"]
    return found


def ask(app: AppTest, sql: str, *, wait: bool = True) -> AppTest:
    """Write a query into the editor and press the button; with `wait`, look until there is an answer."""
    desk_of(app).load(sql)
    app.run()
    app.button(key="sql-run").click().run()
    deadline = time.monotonic() + PATIENCE_SECONDS
    while wait and not getattr(desk_of(app).run, "is_finished", False) and time.monotonic() < deadline:
        time.sleep(0.05)
        app.run()
    assert not app.exception
    return app


def cells(app: AppTest) -> list[list[str]]:
    """The rows of the answer as a reader sees them: without the signs that keep them from being formatting."""
    return [[str(cell).replace("\\", "") for cell in row] for row in app.table[0].value.to_numpy().tolist()]


def said(app: AppTest) -> str:
    return "\n".join(
        str(getattr(element, "value", ""))
        for kind in ("markdown", "caption", "info", "warning", "error")
        for element in app.get(kind)
    )


def until(app: AppTest, words: str) -> AppTest:
    """Look until the page says something."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while words not in said(app) and time.monotonic() < deadline:
        time.sleep(0.1)
        app.run()
    assert words in said(app)
    return app


@pytest.fixture
def app(own: Path) -> AppTest:
    return open_page("sql_workbench")


def test_limits_are_told_before_anything_is_asked(app: AppTest) -> None:
    assert "显示前 10,000 行，最多 4 秒、512 MB 内存、16 MB 结果" in said(app)
    assert "还没有运行过查询。" in said(app)


def test_an_answer_has_its_rows_its_shape_and_its_generation(app: AppTest) -> None:
    ask(app, "select code, 1 as n, null as nothing from core.dim_org where code in ('A', 'B') order by code")
    assert "**返回 2 行、3 列**" in said(app)
    assert app.table[0].value.to_dict("list") == {"code": ["A", "B"], "n": ["1", "1"], "nothing": ["∅", "∅"]}
    assert app.table[0].proto.alt == "第 1—2 行，共 2 行"
    assert f"第 {NEW} 代数据" in said(app)


def test_nothing_in_an_answer_is_read_as_formatting(app: AppTest) -> None:
    ask(app, "select '[x](http://example.com)' as \"**b**\"")
    (column,) = app.table[0].value.columns
    assert column == r"\*\*b\*\*"
    assert app.table[0].value.iloc[0, 0] == r"\[x\]\(http\://example\.com\)"


def test_a_mistake_is_told_with_its_line_and_marked_there(app: AppTest) -> None:
    ask(app, "select 1\nfrom core.dim_org as o\ngrop by 1")
    assert app.error[0].value.startswith("**第 3 行第 1 列：**")
    mark = desk_of(app).mark
    assert mark
    assert (mark.line, mark.column) == (3, 1)


def test_a_long_answer_is_cut_with_a_word_and_paged(app: AppTest) -> None:
    ask(app, "select date from core.dim_date order by date")
    assert "**只显示前 10,000 行**" in said(app)
    assert cells(app)[0] == ["2000-01-01"]
    assert len(app.table[0].value) == 50


def test_an_answer_of_a_million_rows_is_paged_and_downloaded_whole_by_choice(app: AppTest) -> None:
    ask(app, "select r.n, date '2026-01-01' + cast(r.n % 365 as integer) as day from range(1000000) as r(n) order by n")
    assert "**只显示前 10,000 行**" in said(app)
    assert len(app.table[0].value) == 50
    app.session_state["sql-view"] = "files"
    app.run()
    app.button(key="sql-whole-parquet").click().run()
    until(app, "全部 1,000,000 行已备好")
    job = desk_of(app).job
    assert job
    assert job.content
    frame = pl.read_parquet(BytesIO(job.content))
    assert frame["n"].to_list() == list(range(1_000_000))
    assert str(frame["day"][364]) == "2026-12-31"


def test_an_answer_that_is_too_much_for_a_download_says_why(app: AppTest) -> None:
    ask(app, "select repeat('x', 3000) as x, a.date from core.dim_date as a cross join range(20) as b")
    assert "后面还有" in said(app)
    app.session_state["sql-view"] = "files"
    app.run()
    app.button(key="sql-whole-csv").click().run()
    until(app, "全部结果超过上限。请缩小范围")


def test_a_chart_is_guessed_and_can_be_another(app: AppTest) -> None:
    ask(app, "select month_start, sum(dispute_incident_count) as n from mart.incident_month group by 1 order by 1")
    app.session_state["sql-view"] = "chart"
    app.run()
    chart = next(iter(app.get("vega_lite_chart")))
    assert json.loads(chart.proto.spec)["description"] == "n，按 month_start 连线"
    run = desk_of(app).run
    assert run
    app.session_state[f"sql-form-{run.number}"] = "bars"
    app.run()
    chart = next(iter(app.get("vega_lite_chart")))
    assert json.loads(chart.proto.spec)["description"] == "n，按 month_start 分条"


def test_parameters_have_boxes_and_are_handed_in(app: AppTest) -> None:
    ask(app, "-- $from = 2026-10-01\nselect $from as day, $name as name", wait=True)
    boxes = {box.label: box for box in app.text_input if box.label.startswith("$")}
    assert boxes["$from"].value == "2026-10-01"
    boxes["$name"].set_value("城东").run()
    app.button(key="sql-run").click().run()
    until(app, "**返回 1 行、2 列**")
    assert cells(app) == [["2026-10-01", "城东"]]
    assert app.query_params["p.name"] == "城东"


def test_a_link_opens_its_query_and_runs_nothing(own: Path) -> None:
    sql = "select 40 + $n as answer"
    # What others asked of the warehouse that this one is a copy of.
    shutil.rmtree(own / "audit", ignore_errors=True)
    app = open_page("sql_workbench", sql=str(link_of(sql)), **{"p.n": "2"})
    assert desk_of(app).text == sql
    assert desk_of(app).run is None
    assert not (own / "audit").exists()
    assert "还没有运行" in app.info[0].value
    app.button(key="sql-run").click().run()
    until(app, "**返回 1 行")
    assert app.table[0].value["answer"].tolist() == ["42"]
    assert not app.info


def test_a_damaged_link_says_so(own: Path) -> None:
    app = open_page("sql_workbench", sql="~abc")
    assert "链接里的查询读不出来" in app.warning[0].value


def test_the_address_after_a_run_is_the_link(app: AppTest) -> None:
    ask(app, "select 7 as n")
    assert app.query_params["sql"] == "select 7 as n"


def test_what_was_run_and_saved_is_there_in_the_next_session(app: AppTest) -> None:
    ask(app, "select 5 as five")
    app.session_state["sql-section"] = "saved"
    app.run()
    app.text_input(key="sql-name").set_value("五").run()
    app.button(key="sql-save").click().run()
    again = open_page("sql_workbench")
    again.session_state["sql-section"] = "saved"
    again.run()
    again.button(key="sql-saved-0").click().run()
    assert desk_of(again).text == "select 5 as five"
    again.session_state["sql-section"] = "history"
    again.run()
    assert again.button(key="sql-past-0").label == "select 5 as five"


def test_a_query_can_be_stopped(app: AppTest) -> None:
    ask(app, SLOW, wait=False)
    assert "正在运行" in said(app)
    app.button(key="sql-cancel").click().run()
    until(app, "查询已取消")
    assert not app.error


def test_a_killed_worker_is_told(app: AppTest) -> None:
    ask(app, SLOW, wait=False)
    run = desk_of(app).run
    assert run
    worker: Any = run.ticket._worker
    worker.kill()
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not run.is_finished and time.monotonic() < deadline:
        time.sleep(0.1)
        app.run()
    assert run.problem is not None
    assert run.problem.reason_in("zh").split("。")[0] in said(app).replace("\\", "")
    # And the next one runs.
    ask(app, "select 1 as n")
    assert "**返回 1 行" in said(app)


def test_a_full_queue_is_told(app: AppTest, own: Path) -> None:
    generation = current_generation(own)
    assert generation
    desk_of(app).load("select 1")
    app.run()
    tickets = [submit(generation.database, SLOW, limits=DOWNLOAD) for _ in range(30)]
    try:
        app.button(key="sql-run").click().run()
    finally:
        for ticket in tickets:
            ticket.cancel()
    assert "排队的查询太多" in said(app)


def test_a_generation_published_meanwhile_is_told_and_the_answer_stays(own: Path) -> None:
    point_current(own, OLD)
    app = ask(open_page("sql_workbench"), "select max(data_until) as day from ops.data_until where feed = 'incident'")
    assert cells(app) == [["2026-09-30"]]
    point_current(own, NEW)
    app.run()
    assert cells(app) == [["2026-09-30"]]
    assert f"这是第 {OLD} 代数据的结果；此后已发布第 {NEW} 代" in said(app)
    app.button(key="sql-run").click().run()
    until(app, f"第 {NEW} 代数据")
    assert cells(app) == [["2026-11-05"]]


def test_a_query_whose_reader_has_gone_is_cancelled(small: Path) -> None:
    generation = current_generation(small)
    assert generation
    ticket = submit(generation.database, SLOW, limits=DOWNLOAD)
    watch(ticket, lambda: False).join(PATIENCE_SECONDS)
    with pytest.raises(Refused) as refusal:
        ticket.result()
    assert refusal.value.code == "cancelled"


def test_without_the_built_editor_there_is_a_text_area(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FENGQIAO_SQL_EDITOR", "plain")
    app = open_page("sql_workbench")
    app.text_area[0].set_value("select 3 as n").run()
    app.button(key="sql-run").click().run()
    until(app, "**返回 1 行")
    assert app.table[0].value["n"].tolist() == ["3"]


def test_a_table_shows_its_grain_and_columns_and_opens_in_the_editor(app: AppTest) -> None:
    app.session_state["sql-section"] = "tables"
    app.session_state["sql-table-core.dim_org"] = True
    app.run()
    assert "表，7 行" in said(app)
    assert "`station_code`" in said(app)
    app.button(key="sql-sample-core.dim_org").click().run()
    assert desk_of(app).text == "select *\nfrom core.dim_org\nlimit 100"
