"""Pages over real public data: what a source does not deliver is said in words, never shown as nought."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from etl.refresh import refresh
from tests.pages.app import PAGES, first_line, open_page, words

pytestmark = pytest.mark.long

LANGUAGES = ("zh", "en")
NOT_DELIVERED = {"zh": "尚未报送", "en": "not delivered"}


def load(realdata: Path, data: Path, pattern: str) -> Path:
    """One night over copies of the files of a set."""
    (data / "inbox").mkdir(parents=True)
    for path in realdata.glob(pattern):
        shutil.copy(path, data / "inbox")
    assert refresh(data).exit_code == 0
    return data


@pytest.fixture(scope="module")
def london(realdata: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return load(realdata, tmp_path_factory.mktemp("london") / "data", "london_mps/recorded-crime-ward.parquet")


@pytest.fixture(scope="module")
def san_francisco(realdata: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return load(realdata, tmp_path_factory.mktemp("san_francisco") / "data", "sf_inspections/*.csv")


@pytest.fixture(params=["london", "san_francisco"])
def bureau(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of a set, with the board over it."""
    monkeypatch.setenv("FENGQIAO_DATA", str(request.getfixturevalue(request.param)))
    return str(request.param)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", PAGES)
def test_every_page_renders(page: str, language: str, bureau: str) -> None:
    app = open_page(page, lang=language)
    assert not app.exception
    assert not app.error
    assert len(list(words(app))) > 5


@pytest.mark.parametrize("language", LANGUAGES)
def test_london_tells_what_it_counts_and_that_nothing_says_how_cases_ended(
    language: str, london: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FENGQIAO_DATA", str(london))
    assert "67,053" in first_line(open_page("overview", lang=language))
    resolution = [text for text in words(open_page("resolution", lang=language)) if text]
    assert NOT_DELIVERED[language] in " ".join(resolution)
    # No rate of any kind, and no count of cases: nothing at all was delivered of it.
    assert [text for text in resolution if re.search(r"\d%", re.sub(r"95%|99\.8%", "", text))] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_san_francisco_tells_its_visits_and_that_there_are_no_disputes(
    language: str, san_francisco: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FENGQIAO_DATA", str(san_francisco))
    visits = first_line(open_page("visits", lang=language, period="2018"))
    assert "8,218" in visits
    assert "401" in visits
    # 7,817 the year before.
    assert NOT_DELIVERED[language] in first_line(open_page("disputes", lang=language))
