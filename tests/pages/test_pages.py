"""Every page, in both languages, with nothing, an empty warehouse and a small bureau to show."""

from __future__ import annotations

import json
import re
from pathlib import Path

import polars as pl
import pytest
from streamlit.proto.Metric_pb2 import Metric as MetricProto

from tests.pages.app import PAGES, first_line, open_page, words
from tests.pages.conftest import NEW, OLD
from tests.pages.small_bureau import ORGANISATIONS, reseal, write_night
from warehouse.comparison import ask, compare, read_facts
from warehouse.connection import open_generation
from warehouse.generations import DATABASE, MANIFEST, current_generation, point_current, read_json, write_json
from warehouse.metrics import METRICS
from warehouse.reference import Language
from warehouse.seal import seal
from warehouse.wording import format_change, format_value, format_verdict, sentence_of

pytestmark = pytest.mark.long

LANGUAGES: tuple[Language, ...] = ("zh", "en")
CHINESE = re.compile(r"[\u4e00-\u9fff]+")
# Names of data; the other language's own name; a command is a command in every language; formatting of the badges;
# a code that a definition names.
NAMES = "|".join(["Mediation_5", *(name for _, name, *_ in ORGANISATIONS)])
ALLOWED = re.compile(
    rf"{NAMES}|"
    # Names of keys, of units and of the query language are the same in every language.
    + r"English|中文|SQL|Kaplan–Meier|\bMB\b|Ctrl\+Enter|\bEsc\b|\bTab\b|"
    + r"`[^`]*`|:\w+-badge\[(:material/\w+:)?|\]\(\w+\)|\b\d{8}T\d{6}\b|（[a-z_]+）"
)
ENGLISH = re.compile(r"[A-Za-z]{2,}")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", PAGES)
def test_without_a_generation_a_page_says_what_to_run(
    page: str, language: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FENGQIAO_DATA", str(tmp_path))
    app = open_page(page, lang=language)
    assert not app.exception
    assert not app.error
    assert f"python -m etl refresh --data {tmp_path}" in app.info[0].value


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", PAGES)
def test_an_empty_warehouse_asks_for_files(
    page: str, language: str, built_empty: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FENGQIAO_DATA", str(built_empty))
    app = open_page(page, lang=language)
    assert not app.error
    assert "python -m etl refresh" in app.info[0].value
    assert not app.metric


@pytest.mark.parametrize("page", PAGES)
def test_no_chinese_is_left_in_english_and_no_english_in_chinese(page: str, own: Path) -> None:
    write_json(own / "batches.json", {"held": {"b-1": {"since": "2026-11-06T02:00:00", "reason": "r"}}})
    shown = {
        language: [ALLOWED.sub("", text) for text in words(open_page(page, lang=language))] for language in LANGUAGES
    }
    assert [text for text in shown["en"] if CHINESE.search(text)] == []
    assert [text for text in shown["zh"] if ENGLISH.search(text)] == []
    assert len(shown["zh"]) == len(shown["en"]) > 5


def test_the_first_line_answers_with_the_latest_complete_month(small: Path) -> None:
    # 14 + 12 + 11 + 10 disputes; three found on visits and two invalid calls are left out. 47 / 40 = +17.5 %.
    assert first_line(open_page("overview")) == (
        "**2026年10月，全部单位接报纠纷警情47起，同比多7起（+17.5%），处于正常波动范围，差异不显著。**\n\n"
        "2026年10月，全部单位满意率（非常满意＋满意）样本不足（12/12），上年同期样本不足（12/12），不作比较。"
    )
    assert first_line(open_page("overview", lang="en")).startswith(
        "**Dispute incidents received, all organisations, October 2026: 47 cases, 7 cases more than the same period"
        " last year (+17.5%), within normal variation, no significant difference.**\n\nSatisfaction rate"
    )


def test_below_the_answer_stands_who_delivered_and_until_when(small: Path) -> None:
    assert open_page("overview").caption[0].value == "4 个单位的警情全部报送；数据截至2026年11月5日。"


def test_cards_carry_value_change_verdict_period_and_base(small: Path) -> None:
    app = open_page("overview")
    shown = {card.label: (card.value, card.delta, card.proto.delta_description) for card in app.metric}
    assert shown == {
        "纠纷警情数": ("47 起", "+17.5%", "差异不显著"),
        "化解率（按结案）": ("尚未报送", "", ""),
        "满意率（非常满意＋满意）": ("样本不足", "", ""),
        "走访次数": ("120 次", "0 次", "持平"),
        "90日重复率": ("尚未报送", "", ""),
    }
    assert "2026年10月 · 上年同期 40 起" in [text.value for text in app.caption]


def test_no_card_of_a_quiet_month_has_a_colour(small: Path) -> None:
    assert {card.proto.color for card in open_page("overview").metric} == {MetricProto.GRAY}


def test_arrows_follow_the_sign_and_no_change_has_none(small: Path) -> None:
    arrows = {card.label: card.proto.direction for card in open_page("overview").metric}
    assert arrows["纠纷警情数"] == MetricProto.UP
    assert arrows["走访次数"] == MetricProto.NONE


def test_titles_state_the_finding(small: Path) -> None:
    # The data begin in July 2025, so January to June have no base; A2 delivered nothing in May, B2 not all of August.
    assert [title.value for title in open_page("overview").subheader] == [
        "2026年1—10月逐月同比：3 个月差异不显著，7 个月不可比",
        "4 类纠纷的基数都不足 20 起，只看起数",
        "4 个单位各接报 10 至 14 起",
        # Nobody reports how cases end, and no series is long enough to be watched.
        "化解率（按结案）：没有可以对照的数字",
        "没有列入信号的序列",
    ]


def test_an_organisation_in_the_url_narrows_the_page(small: Path) -> None:
    branch = open_page("overview", org="A")
    assert first_line(branch).startswith("**2026年10月，城东分局接报纠纷警情26起，同比多6起（+30.0%）")
    assert branch.subheader[2].value == "2 个单位各接报 12 至 14 起"
    # Nobody was asked there: no sentence about satisfaction.
    assert "满意率" not in first_line(branch)
    station = open_page("overview", org="B1")
    assert first_line(station).startswith(
        "**2026年10月，西苑派出所接报纠纷警情11起，同比多1起，由10起变为11起（基数较小，不计百分比）。**"
    )
    assert station.subheader[2].value == "西苑派出所接报 11 起"


def test_an_unknown_organisation_in_the_url_shows_everybody(small: Path) -> None:
    assert "接报纠纷警情47起" in first_line(open_page("overview", org="Z9"))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("code", "where"), [(None, {}), ("A", {"branch": ["A"]}), ("B1", {"station": ["B1"]})])
def test_every_number_on_the_cards_is_the_engines(
    code: str | None, where: dict[str, list[str]], language: Language, small: Path
) -> None:
    generation = current_generation(small)
    assert generation
    app = open_page("overview", lang=language, **({"org": code} if code else {}))
    cards = list(app.metric)
    asked = {
        "dispute_incident_count": "2026-10",
        "resolution_rate_closed": "2026-10",
        "satisfaction_rate_top2": "2026-10",
        "visit_count": "2026-10",
        # 90 days before 5 November is 7 August: July is the latest month that had its follow-up.
        "repeat_rate_90d": "2026-07",
    }
    assert len(cards) == len(asked)
    with open_generation(generation) as connection:
        facts = read_facts(connection)
        for card, (metric, period) in zip(cards, asked.items(), strict=True):
            (row,) = compare(facts, ask(facts, metric, period, where=where), language=language)
            declared = METRICS[metric]
            assert format_value(row, declared, language).lower().startswith(card.value.lower())
            change = format_change(row, declared, language)
            assert card.delta in (change, format_verdict(row, declared, language), "")
            assert (card.delta == change) == (
                row.verdict in ("within_noise", "small_base") and row.metric.endswith("count")
            )
            # The whole of it, counts, base and interval, behind the question mark.
            assert sentence_of(row, declared, unit_name="", language=language) in card.help


def test_the_months_of_a_card_are_the_engines_too(small: Path) -> None:
    months = list(open_page("overview").metric[0].proto.chart_data)
    # November 2025 to October 2026; the gaps are May and August, which were not delivered in full.
    assert [None if month != month else month for month in months] == [40] * 6 + [None, 40, 40, None, 40, 47]


def test_the_year_chart_holds_both_years_and_the_running_month(small: Path) -> None:
    chart = next(iter(open_page("overview").get("vega_lite_chart")))
    frame = pl.read_ipc_stream(chart.proto.datasets[0].data.data)
    assert frame["value"].to_list() == [40, 40, 40, 40, 30, 40, 40, 40, 40, 47, 0, None]
    assert frame["before"].to_list() == [None] * 6 + [40] * 6
    assert frame["is_whole"].to_list() == [True] * 4 + [False, True, True, False] + [True] * 2 + [False] * 2
    assert frame["low"].null_count() == 12


def test_data_quality_adds_up_to_the_row(small: Path) -> None:
    # 67 incident files: 642 records, 3 quarantined, a footer each; besides 16 x (20 + 6 + 4) rows and 7 organisations.
    app = open_page("data_quality")
    assert first_line(app) == (
        "**116 个文件共 1,199 行：入库 1,129，隔离 3，重复 0，舍弃 67**；每个文件的行数都对得上。"
        "没有拒收的文件，没有暂扣的批次。"
    )
    totals = app.table[0].value
    assert totals.loc[0, ["收到行数", "入库", "隔离", "重复", "舍弃", "相符"]].tolist() == [712, 642, 3, 0, 67, "✓"]


def test_data_quality_counts_the_gaps_of_the_chosen_feed(small: Path) -> None:
    titles = [title.value for title in open_page("data_quality").subheader]
    assert "警情纠纷：近 12 个月有 2 处缺报，涉及 2 个单位" in titles
    visits = [title.value for title in open_page("data_quality", feed="走访").subheader]
    assert "走访：近 12 个月各单位均已报送" in visits
    never = open_page("data_quality", feed="业务工作")
    assert never.info[0].value == "业务工作：尚未报送"


def test_refused_files_and_held_batches_say_what_to_do(own: Path) -> None:
    refusal = {
        "file": "[表](x).csv",
        "sheet": None,
        "line": 7,
        "zh": "引号没有闭合。请补上。",
        "en": "A quoted field is never closed. Close it.",
    }
    write_night(own, generation=NEW, exit_code=3, refused=[refusal], held=["b-1"])
    write_json(own / "batches.json", {"held": {"b-1": {"since": "2026-11-06T02:00:00", "reason": "r"}}})
    app = open_page("data_quality")
    assert f"python -m etl accept b-1 --data {own}" in app.code[0].value
    refused = app.table[1].value
    # Escaped, so that a file name is never read as a link.
    assert refused.loc[0].tolist() == [r"\[表\]\(x\)\.csv", "第 7 行", "引号没有闭合。请补上。"]
    assert "有 1 个文件被拒收、1 个批次暂扣" in app.warning[0].value


def test_a_failed_night_is_told_on_every_page(own: Path) -> None:
    write_night(own, generation=NEW, exit_code=1, problems=["core.fct_visit: cannot be read"])
    for page in PAGES:
        warning = open_page(page, lang="en").warning[0].value
        assert warning.startswith("The last load published nothing")
        assert r"core\.fct\_visit\: cannot be read" in warning
        assert f"python -m etl status --data {own}" in warning


def test_old_data_are_called_old(own: Path) -> None:
    manifest = own / "generations" / NEW / "manifest.json"
    write_json(manifest, {**read_json(manifest), "built_at": "2026-11-12T02:00:00"})
    seal(manifest.parent, [DATABASE, MANIFEST])
    warning = open_page("overview", lang="en").warning[0].value
    assert warning.startswith("The data are 7 days old: the last day is 5 November 2026")


def test_demo_data_are_marked_on_every_page(own: Path) -> None:
    assert "合成演示数据" not in " ".join(words(open_page("overview")))
    (own / "truth.json").write_text(json.dumps({}), encoding="utf-8")
    for page in PAGES:
        assert "合成演示数据" in " ".join(words(open_page(page)))


def test_an_open_page_shows_a_rolled_back_generation_and_the_new_one_again(own: Path) -> None:
    app = open_page("overview")
    assert "2026年10月" in first_line(app)
    point_current(own, OLD)
    app.run()
    assert first_line(app).startswith("**2026年9月，全部单位接报纠纷警情40起")
    assert OLD in app.warning[0].value
    point_current(own, NEW)
    app.run()
    assert "2026年10月" in first_line(app)
    assert not app.warning


def test_the_language_button_switches_and_the_url_remembers(small: Path) -> None:
    app = open_page("overview")
    app.button[0].click().run()
    assert app.title[0].value == "Overview"
    assert app.query_params["lang"] == "en"
    app.switch_page("pages/data_quality.py").run()
    assert app.title[0].value == "Data quality"


def test_the_server_may_speak_english_by_default(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FENGQIAO_LANG", "en")
    assert open_page("overview").title[0].value == "Overview"
    assert open_page("overview", lang="zh").title[0].value == "总览"


# How many charts the small bureau's data are enough for.
CHARTS = {"overview": 3, "disputes": 7, "resolution": 2, "satisfaction": 4, "visits": 0, "work": 0, "stations": 0}


@pytest.mark.parametrize("page", PAGES)
def test_every_chart_and_table_can_be_heard(page: str, small: Path) -> None:
    app = open_page(page)
    charts = [json.loads(chart.proto.spec) for chart in app.get("vega_lite_chart")]
    titles = [title.value for title in app.subheader]
    assert len(charts) >= CHARTS.get(page, 0)
    assert all(chart["description"] in titles for chart in charts)
    assert all(table.proto.alt for table in app.table)


def test_a_broken_page_speaks_the_readers_language(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (own / "generations" / NEW / "warehouse.duckdb").write_bytes(b"not a database")
    # As it was published: were it damaged since, the one before it would be shown.
    reseal(own / "generations" / NEW)
    app = open_page("overview")
    assert not app.exception
    assert app.error[0].value.startswith("这一页没能显示出来")
