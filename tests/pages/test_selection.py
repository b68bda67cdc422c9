"""What is chosen in the filter bar: in the URL by codes, read back from it, taken along to other pages."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.app import first_line, open_page


def bar(app: AppTest, name: str) -> str:
    return str(app.selectbox(key=f"filter-{name}").value)


def test_the_url_says_what_the_bar_shows(small: Path) -> None:
    app = open_page("overview", org="A1", period="2026-09", basis="previous", type="neighbour")
    assert [bar(app, name) for name in ("org", "period", "basis", "type")] == ["A1", "2026-09", "previous", "neighbour"]
    # Four of the ten disputes of a month at A1 are between neighbours.
    assert first_line(app).startswith("**2026年9月，城关派出所接报纠纷警情4起")


def test_without_parameters_everything_of_the_latest_complete_month_is_shown(small: Path) -> None:
    app = open_page("overview")
    assert [bar(app, name) for name in ("org", "period", "basis", "type")] == ["", "latest-month", "yoy", ""]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_choice_is_written_by_its_code_in_either_language(language: str, small: Path) -> None:
    app = open_page("overview", lang=language)
    app.selectbox(key="filter-org").set_value("A").run()
    assert app.query_params["org"] == "A"
    app.selectbox(key="filter-period").set_value("2026-09").run()
    assert app.query_params["period"] == "2026-09"
    # The branch has two stations with ten disputes a month.
    assert "20" in first_line(app)
    app.selectbox(key="filter-org").set_value("").run()
    assert "org" not in app.query_params
    assert "40" in first_line(app)


def test_a_period_may_be_typed(small: Path) -> None:
    app = open_page("overview", period="2026-09-01..2026-10-31")
    # 40 in September, 47 in October.
    assert "87" in first_line(app)
    assert bar(app, "period") == "2026-09-01..2026-10-31"


@pytest.mark.parametrize(
    ("lang", "words"), [("zh", "统计期“2026-13”不可用"), ("en", "period '2026-13' cannot be used")]
)
def test_a_period_that_is_none_is_refused_in_words_and_the_latest_month_shown(
    lang: str, words: str, small: Path
) -> None:
    app = open_page("overview", period="2026-13", lang=lang)
    assert words in app.warning[0].value
    assert "47" in first_line(app)


@pytest.mark.parametrize("parameter", ["org", "basis", "type"])
def test_a_code_that_there_is_not_chooses_nothing(parameter: str, small: Path) -> None:
    app = open_page("overview", **{parameter: "no-such-code"})
    assert not app.error
    assert "47" in first_line(app)


def test_the_way_up_from_a_station_leads_through_its_branch(small: Path) -> None:
    app = open_page("overview", org="A1")
    above = [button.label for button in app.button if str(button.key).startswith("up-")]
    assert above == ["全部单位", "› 青山市公安局", "› 城东分局"]
    app.button(key="up-A").click().run()
    assert app.query_params["org"] == "A"
    assert bar(app, "org") == "A"


def test_the_selection_goes_along_to_another_page_and_back(small: Path) -> None:
    app = open_page("overview", org="A", period="2026-09")
    # The menu's links have no parameters.
    app.query_params.clear()
    app.switch_page("pages/signals.py").run()
    app.query_params.clear()
    app.switch_page("pages/overview.py").run()
    assert bar(app, "org") == "A"
    assert bar(app, "period") == "2026-09"
    assert app.query_params["org"] == "A"


def test_on_the_same_page_a_url_without_parameters_is_the_whole_bureau_again(small: Path) -> None:
    app = open_page("overview", org="A")
    app.query_params.clear()
    app.run()
    assert bar(app, "org") == ""
    assert "47" in first_line(app)
