"""The bulletin: figures worked out by hand, every one traceable, and none printed that does not reproduce."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from tests.pages.small_bureau import archive, batches, organisations, publish_generation, reseal
from warehouse.__main__ import app
from warehouse.bulletin_check import DoesNotReproduce, check_bulletin
from warehouse.bulletin_page import build_bulletin
from warehouse.bulletin_texts import read_bulletin_texts
from warehouse.comparison import BadPeriod, NotAsked
from warehouse.connection import open_generation
from warehouse.generations import DATABASE, Generation, current_generation
from warehouse.reference import Language

GENERATION = "20261106T021400"
MARK = re.compile(r'<(data|span)((?: [a-z-]+="[^"]*")+)>([^<]*)</')
Fields = dict[tuple[str, str, str], str]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four stations, ten disputes a month each; 14, 12, 11 and 10 in October 2026 (tests/pages/small_bureau.py)."""
    data = tmp_path_factory.mktemp("bulletin")
    publish_generation(data, GENERATION, list(batches(data / "archive")))
    return data


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("bulletin_empty")
    publish_generation(data, GENERATION, [archive(data / "archive", "org", "org", organisations())])
    return data


@pytest.fixture
def own(small: Path, tmp_path: Path) -> Path:
    """A copy of the small bureau that a test may change."""
    data = tmp_path / "data"
    shutil.copytree(small, data, symlinks=True, ignore=shutil.ignore_patterns("archive"))
    return data


def generation_of(data: Path) -> Generation:
    generation = current_generation(data)
    assert generation is not None
    return generation


def built(
    data: Path,
    *,
    period: str = "latest-month",
    language: Language = "zh",
    where: str = "",
    is_public: bool = False,
    is_demo: bool = False,
) -> str:
    dimension, _, code = where.partition("=")
    with open_generation(generation_of(data)) as connection:
        return build_bulletin(
            connection,
            period=period,
            where={dimension: (code,)} if where else {},
            language=language,
            is_public=is_public,
            is_demo=is_demo,
        )


@pytest.fixture(scope="module")
def october(small: Path) -> str:
    """The bulletin of October 2026, in Chinese, which many tests look at and some change."""
    return built(small)


def change(data: Path, *statements: str) -> None:
    """Alter the published database itself, as nobody but a test does."""
    directory = generation_of(data).directory
    with duckdb.connect(str(directory / DATABASE)) as connection:
        for statement in statements:
            connection.execute(statement)
    reseal(directory)


def fields_of(html: str) -> Fields:
    """Text by metric, key and field, of every mark about a metric."""
    found = {}
    for _, written, text in MARK.findall(html):
        attributes = dict(re.findall(r'([a-z-]+)="([^"]*)"', written))
        if "data-metric" in attributes:
            key = (attributes["data-metric"], attributes.get("data-key", ""), attributes["data-field"])
            found[key] = text
    return found


def refused(html: str, data: Path) -> DoesNotReproduce:
    with pytest.raises(DoesNotReproduce) as caught:
        check_bulletin(html, data)
    return caught.value


# ---- what it says


def test_the_figures_of_october_are_those_counted_by_hand(october: str) -> None:
    fields = fields_of(october)
    # 14 + 12 + 11 + 10 = 47 against 4 x 10; visits found 3 more, which are cases but no incidents: 50.
    assert fields["dispute_incident_count", "", "value"] == "47 起"
    assert fields["dispute_incident_count", "", "base"] == "40 起"
    assert fields["dispute_incident_count", "", "change"] == "+17.5%"
    assert fields["dispute_incident_count", "", "verdict"] == "差异不显著"
    assert fields["dispute_case_count", "", "value"] == "50 起"
    # Three of fifty found on visits; a base of no case in forty is still forty.
    assert fields["found_before_call_rate", "", "value"] == "6.0%（3/50）"
    assert fields["found_before_call_rate", "", "base"] == "0.0%（0/40）"
    # Four stations with thirty visits each, twelve answers of twenty asked.
    assert fields["visit_count", "", "value"] == "120 次"
    assert fields["visit_count", "", "verdict"] == "持平"
    assert fields["survey_response_rate", "", "value"] == "样本不足（12/20）"


def test_the_first_sentence_is_the_answer(october: str) -> None:
    assert fields_of(october)["dispute_incident_count", "", "sentence"] == (
        "2026年10月，青山市公安局接报纠纷警情47起，同比多7起（+17.5%），处于正常波动范围，差异不显著。"
    )


def test_stations_stand_in_the_order_of_their_codes_with_counts_only(october: str) -> None:
    fields = fields_of(october)
    assert [fields["dispute_incident_count", code, "count"] for code in ("A1", "A2", "B1", "B2")] == [
        "14", "12", "11", "10",
    ]  # fmt: skip
    assert fields["dispute_incident_count", "A1", "change"] == "+4 起"
    assert fields["dispute_incident_count", "A1", "verdict"] == "基数较小"
    names = [october.index(f">{name}<") for name in ("城关派出所", "东湖派出所", "西苑派出所", "北塔派出所")]
    assert names == sorted(names)


def test_types_are_counted_by_group_the_largest_difference_first(october: str) -> None:
    fields = fields_of(october)
    # Of every five disputes two are neighbours': 6 + 6 + 5 + 4 = 21 against 4 x 4; the other three types 3 + 2 + 2 + 2
    # or, of consumers, 2 each, against 4 x 2. A debt is a contract dispute.
    assert (fields["dispute_incident_count", "neighbour", "count"], fields["dispute_incident_count", "neighbour", "base_count"]) == ("21", "16")  # fmt: skip # noqa: E501
    assert fields["dispute_incident_count", "marriage_family", "count"] == "9"
    assert fields["dispute_incident_count", "consumer", "count"] == "8"
    assert october.index('data-key="neighbour"') < october.index('data-key="marriage_family"') < october.index('data-key="consumer"')  # fmt: skip # noqa: E501


def test_what_nobody_delivers_is_said_in_words(october: str) -> None:
    missing = october[october.index("尚未报送：") :].partition("</li>")[0]
    # No closing day and no minutes of arrival stand in any file.
    assert "到达时长中位数" in missing
    assert "没有报送的数据：" in october
    assert "业务工作" in october[october.index("没有报送的数据：") :].partition("</li>")[0]


def test_a_unit_that_did_not_deliver_is_named(small: Path) -> None:
    html = built(small, period="2026-05")
    assert "警情纠纷</span>本期未报齐的单位：" in html
    lacking = html[html.index("本期未报齐的单位：") :].partition("</li>")[0]
    assert "东湖派出所" in lacking
    assert "城关派出所" not in lacking
    assert fields_of(html)["dispute_incident_count", "", "verdict"] == "不可比"


def test_one_station_has_its_own_bulletin(small: Path) -> None:
    html = built(small, where="station=A1")
    assert fields_of(html)["dispute_incident_count", "", "value"] == "14 起"
    assert 'data-by="station"' not in html
    assert check_bulletin(html, small).marks > 50


def test_english_holds_no_chinese_but_names(small: Path) -> None:
    html = built(small, language="en")
    for name in ("青山市公安局", "城关派出所", "东湖派出所", "西苑派出所", "北塔派出所"):
        html = html.replace(name, "")
    assert not re.search("[一-鿿]", html)
    assert 'lang="en"' in html
    assert "47 cases" in html


def test_synthetic_data_are_marked(own: Path) -> None:
    plain, marked = built(own), built(own, is_demo=True)
    assert "合成演示数据" not in plain
    assert "合成演示数据" in marked
    (own / "truth.json").write_text("{}")
    assert check_bulletin(marked, own).marks
    assert refused(plain, own).key == "demo"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_empty_warehouse_says_that_nothing_was_delivered(empty: Path, language: Language) -> None:
    html = built(empty, language=language)
    assert read_bulletin_texts()["title.empty"][language] in html
    assert "<table" not in html
    assert check_bulletin(html, empty).language == language


@pytest.mark.parametrize("period", ["2026", "2026-Q3", "2026-08", "2026-W40", "2026-02", "ytd", "rolling12", "2026-10-05..2026-11-05"])  # fmt: skip # noqa: E501
def test_every_kind_of_period_reproduces(small: Path, period: str) -> None:
    checked = check_bulletin(built(small, period=period), small)
    assert checked.witnessed > 5
    assert checked.notes == ()


def test_february_splits_stand_together_with_january(small: Path) -> None:
    html = built(small, period="2026-02")
    # Ten a month: twenty in the two.
    assert fields_of(html)["dispute_incident_count", "A1", "count"] == "20"
    assert fields_of(html)["dispute_incident_count", "", "value"] == "40 起"


def test_a_period_or_filter_that_there_is_not_is_an_error(small: Path) -> None:
    with pytest.raises(BadPeriod):
        built(small, period="2027")
    with pytest.raises(NotAsked):
        built(small, where="station=A9")
    with pytest.raises(NotAsked):
        built(small, where="month=2026-09")


# ---- how it is made


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_file_asks_nothing_of_anybody(small: Path, language: Language) -> None:
    html = built(small, language=language)
    for word in ("http", "<script", "src=", "href", "url(", "@import", "<link", "<iframe", " on", "javascript"):
        assert word not in html.replace(" on ", " ").replace(" only", " ").replace(" one", " "), word
    assert "@page" in html


def test_tables_have_captions_and_scopes_and_drawings_words(october: str) -> None:
    assert october.count("<table") == october.count("<caption>") > 2
    assert october.count("<th") == october.count("<th scope=") + october.count("<thead>")
    for drawing in re.findall("<svg.*?</svg>", october, re.DOTALL):
        assert re.search(r"<title>.+</title><desc>.+2026年10月47 起，上年同月40 起</desc>", drawing)
        break
    else:
        pytest.fail("no line is drawn")


def test_names_from_data_are_escaped(own: Path) -> None:
    change(own, """update core.dim_org set name = '<img src=x>&"所' where code = 'A1'""")
    html = built(own)
    assert "<img" not in html
    assert "&lt;img src=x&gt;&amp;" in html
    assert check_bulletin(html, own).marks


def test_signals_of_the_month_are_listed_by_code(own: Path) -> None:
    insert = (
        "insert into mart.signal (month_start, city_bureau_code, branch_code, station_code, org_code, observed,"
        " expected, upper_bound, is_above_bound, is_alarm, fitted_months, series_count, expected_false_alarms) values"
        " (date '2026-10-01', 'C', 'A', 'A1', 'A1', 14, 7.25, 12, true, true, 36, 5, 0.05),"
        " (date '2026-10-01', 'C', 'A', 'A2', 'A2', 12, 10, 20, false, false, 36, 5, 0.05)"
    )
    change(own, "delete from mart.signal", insert)
    html = built(own)
    listed = html[html.index("预警信号") :]
    # Expected 7.25 is shown half up.
    assert [re.search(rf'data-part="{part}" data-key="A1/">([^<]*)<', listed).group(1) for part in ("observed", "expected", "bound")] == ["14", "7.3", "12"]  # type: ignore[union-attr] # fmt: skip # noqa: E501
    assert 'data-key="A2/"' not in listed
    assert check_bulletin(html, own).marks
    assert refused(html.replace('data-part="bound" data-key="A1/">12<', 'data-part="bound" data-key="A1/">11<'), own).key == "figure"  # fmt: skip # noqa: E501
    # A listed count might be one that the table of units withholds.
    assert 'data-part="observed"' not in built(own, is_public=True)


# ---- what leaves the bureau


def test_small_counts_are_withheld_for_publication(small: Path) -> None:
    html = built(small, is_public=True, where="station=A1")
    fields = fields_of(html)
    # Of A1's fourteen: six neighbours' (four the year before), three, three and two; three found on visits.
    assert {text for (_, key, field), text in fields.items() if key and field == "count"} == {"不公开"}
    assert fields["found_before_call_rate", "", "value"] == "不公开"
    assert 'value="3"' not in html
    assert fields["dispute_incident_count", "", "value"] == "14 起"
    assert check_bulletin(html, small).marks > 20


def test_a_bulletin_for_publication_cannot_pass_for_an_internal_one(small: Path) -> None:
    html = built(small, is_public=True, where="station=A1")
    assert refused(html.replace('data-public="yes"', 'data-public="no"'), small).key == "figure"


# ---- refused


@pytest.mark.parametrize(
    ("found", "put", "key"),
    [
        (">47 起<", ">57 起<", "figure"),
        ('value="47"', 'value="57"', "figure"),
        ("警情47起，", "警情37起，", "figure"),
        (">差异不显著<", ">上升<", "figure"),
        (">14<", ">15<", "figure"),
        (">2026年10月<", ">2026年11月<", "figure"),
        (f">{GENERATION}<", ">20261107T021400<", "figure"),
        ("<h2>要点</h2>", "<h2>要点</h2><p>另有3起</p>", "stray"),
        ("<h2>要点</h2>", "<h2>要点３</h2>", "stray"),
        ("<h2>要点</h2>", "<h2>要点&#51;</h2>", "stray"),
        ("<h2>要点</h2>", '<h2 title="3">要点</h2>', "markup"),
        ("<h2>要点</h2>", "<h2>要点</h2><script>1</script>", "markup"),
        ("<h2>要点</h2>", '<h2>要点</h2><img src="x">', "markup"),
        ("<h2>要点</h2>", "<h2>重点</h2>", "text"),
        (".unit {", '.unit::after { content: "9"; } .unit {', "markup"),
        ('<polyline class="now" points="', '<polyline class="now" points="6.0,9.0 ', "drawing"),
        ('data-metric="dispute_incident_count"', 'data-metric="no_such_metric"', "origin"),
        ('data-field="value"', 'data-field="no_such_field"', "origin"),
        ("data-generation=", "data-origin=", "not_ours"),
    ],
)  # fmt: skip
def test_what_was_changed_by_hand_is_refused(small: Path, october: str, found: str, put: str, key: str) -> None:
    assert found in october
    assert refused(october.replace(found, put, 1), small).key == key


def test_the_refusal_names_the_figure_what_was_found_and_what_is_right(small: Path, october: str) -> None:
    error = refused(october.replace(">47 起<", ">57 起<"), small)
    assert error.zh == "简报复核不通过：纠纷警情数 [value]，简报上是“57 起”，重新计算应为“47 起”"
    assert error.en.endswith("says '57 起', computed anew it is '47 起'")


def test_a_true_figure_of_another_month_is_refused(small: Path, october: str) -> None:
    september = built(small, period="2026-09")
    assert fields_of(september)["dispute_incident_count", "", "value"] == "40 起"
    cell = re.search(r"<data[^>]*>47 起</data>", october)
    other = re.search(r"<data[^>]*>40 起</data>", september)
    assert cell is not None
    assert other is not None
    # Its mark reproduces; the page as a whole does not.
    assert refused(october.replace(cell.group(), other.group()), small).key == "text"


def test_a_row_left_out_is_refused(small: Path, october: str) -> None:
    row = re.search(r"<tr><th scope=\"row\"><span data-metric=\"visit_count\".*?</tr>", october)
    assert row is not None
    assert refused(october.replace(row.group(), ""), small).key == "text"


def test_a_page_of_another_program_version_is_checked_by_its_marks(small: Path, october: str) -> None:
    html = re.sub('data-bulletin="[^"]*"', 'data-bulletin="000000000000"', october)
    assert check_bulletin(html.replace("<h2>要点</h2>", "<h2>重点</h2>"), small).notes != ()
    assert refused(html.replace(">47 起<", ">57 起<"), small).key == "figure"


def test_engine_and_macro_must_agree(own: Path) -> None:
    html = built(own)
    change(
        own,
        "create or replace macro metric.visit_count(start_on, end_on, by_column) as table"
        " select null as by_key, 121.0 as numerator, null as denominator, 121.0 as value",
    )
    error = refused(html, own)
    assert error.key == "witness"
    assert "走访次数" in error.zh
    assert "121" in error.zh


# ---- the command


def run(*arguments: object) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["bulletin", *map(str, arguments)])
    return done.exit_code, done.output


@pytest.fixture
def out(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "out"
    folder.mkdir()
    yield folder / "bulletin.html"
    # Nothing half-written is left behind.
    assert [path.name for path in folder.iterdir() if path.name != "bulletin.html"] == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_command_writes_what_it_checked(small: Path, out: Path, language: Language) -> None:
    code, said = run("--data", small, "--period", "2026-10", "--lang", language, "--out", out)
    assert (code, out.read_text(encoding="utf-8")) == (0, built(small, period="2026-10", language=language))
    assert ("复核一致" if language == "zh" else "reproduced") in said
    assert run("--data", small, "--check", out)[0] == 0


def test_a_changed_file_fails_the_check(small: Path, out: Path) -> None:
    run("--data", small, "--out", out)
    out.write_text(out.read_text(encoding="utf-8").replace(">47 起<", ">57 起<"), encoding="utf-8")
    code, said = run("--data", small, "--check", out)
    assert code == 1
    assert "57 起" in said


def test_what_does_not_reproduce_is_not_written(own: Path, out: Path) -> None:
    out.write_text("last month's", encoding="utf-8")
    change(
        own,
        "create or replace macro metric.visit_count(start_on, end_on, by_column) as table"
        " select null as by_key, 121.0 as numerator, null as denominator, 121.0 as value",
    )
    assert run("--data", own, "--out", out)[0] == 1
    assert out.read_text(encoding="utf-8") == "last month's"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--period", "2027"], 2),
        (["--period", "nonsense"], 2),
        (["--where", "station=A9"], 2),
        (["--where", "station"], 2),
        (["--lang", "fr"], 2),
    ],
)
def test_a_question_that_cannot_be_asked_writes_nothing(
    small: Path, out: Path, arguments: list[str], code: int
) -> None:
    assert run("--data", small, "--out", out, *arguments)[0] == code
    assert not out.exists()


def test_one_of_out_and_check_is_asked_for(small: Path, out: Path) -> None:
    assert run("--data", small)[0] == 2
    assert run("--data", small, "--out", out, "--check", out)[0] == 2


def test_without_a_generation_there_is_no_bulletin(tmp_path: Path, out: Path) -> None:
    assert run("--data", tmp_path, "--out", out)[0] == 1


def test_texts_with_a_digit_have_no_placeholder(small: Path) -> None:
    """A digit beside a placeholder could not be marked, and the check would refuse every bulletin that says so."""
    for key, texts in read_bulletin_texts().items():
        assert set(texts) == {"zh", "en"}, key
        for words in texts.values():
            has_digit = any(character.isdigit() for character in words)
            assert not (has_digit and "{" in words), key
