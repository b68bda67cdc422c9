"""Every page, in both languages, with nothing, an empty warehouse and a small bureau to show."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.pages.app import PAGES, first_line, open_page, words
from tests.pages.conftest import NEW, OLD
from tests.pages.small_bureau import write_night
from warehouse.generations import point_current, read_json, write_json

LANGUAGES = ("zh", "en")
CHINESE = re.compile(r"[\u4e00-\u9fff]+")
# The other language's own name; a command is a command in every language; formatting of the badges.
ALLOWED = re.compile(r"English|中文|SQL|`[^`]*`|:\w+-badge\[(:material/\w+:)?|\]\(\w+\)|\b\d{8}T\d{6}\b")
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
    # 14 + 12 + 11 + 10 disputes; three found on visits and two invalid calls are left out.
    assert first_line(open_page("overview")) == (
        "**2026年10月，全部单位接报纠纷警情 47 起，调解 6 场，走访 120 次，有效满意度评价 12 份，业务工作尚未报送**；"
        "4 个单位的警情全部报送，数据截至2026年11月5日。"
    )
    assert first_line(open_page("overview", lang="en")) == (
        "**October 2026, all organisations: 47 dispute incidents, 6 mediation sessions, 120 visits, "
        "12 valid satisfaction answers, service work not delivered.** "
        "All 4 units delivered their incidents. Data until 5 November 2026."
    )


def test_cards_carry_unit_month_and_who_delivered(small: Path) -> None:
    cards = {card.label: card for card in open_page("overview").metric}
    assert {label: card.value for label, card in cards.items()} == {
        "纠纷警情": "47 起",
        "调解": "6 场",
        "走访": "120 次",
        "有效满意度评价": "12 份",
        "办结服务事项": "尚未报送",
    }
    assert {card.delta for card in cards.values()} == {"10月"}
    assert cards["纠纷警情"].proto.delta_description == "4/4 已报送"
    assert cards["有效满意度评价"].proto.delta_description == "邀请 20 人次"


def test_titles_state_the_finding(small: Path) -> None:
    # Neighbours: 6 + 6 + 5 + 4. May 2026 lacks a station and August some days of one: 14 of 16 months are whole.
    assert [title.value for title in open_page("overview").subheader] == [
        "2026年10月接报 47 起；14 个报齐的月份在 40（2025年7月）至 47（2026年10月）之间",
        "邻里纠纷最多：21 起，占 47 起的 44.7%",
        "4 个单位各接报 10 至 14 起",
    ]


def test_an_organisation_in_the_url_narrows_the_page(small: Path) -> None:
    branch = first_line(open_page("overview", org="城东分局"))
    assert branch.startswith("**2026年10月，城东分局接报纠纷警情 26 起，调解 6 场，走访 60 次")
    station = open_page("overview", org="西苑派出所")
    assert first_line(station).startswith("**2026年10月，西苑派出所接报纠纷警情 11 起，调解 0 场，走访 30 次")
    assert station.subheader[2].value == "西苑派出所接报 11 起"


def test_an_unknown_organisation_in_the_url_shows_everybody(small: Path) -> None:
    assert "接报纠纷警情 47 起" in first_line(open_page("overview", org="无此单位"))


def test_no_year_over_year_is_claimed(small: Path) -> None:
    texts = " ".join(words(open_page("overview")))
    assert "同比上升" not in texts
    assert "同比下降" not in texts


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
    assert first_line(app).startswith("**2026年9月，全部单位接报纠纷警情 40 起")
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


def test_every_chart_and_table_can_be_heard(small: Path) -> None:
    for page, expected in zip(PAGES, (3, 0, 0, 1), strict=True):
        app = open_page(page)
        charts = [json.loads(chart.proto.spec) for chart in app.get("vega_lite_chart")]
        titles = [title.value for title in app.subheader]
        assert len(charts) == expected
        assert all(chart["description"] in titles for chart in charts)
        assert all(table.proto.alt for table in app.table)


def test_a_broken_page_speaks_the_readers_language(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (own / "generations" / NEW / "warehouse.duckdb").write_bytes(b"not a database")
    app = open_page("overview")
    assert not app.exception
    assert app.error[0].value.startswith("这一页没能显示出来")
