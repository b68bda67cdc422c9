"""Who a reader is taken for, which roles a name has, and what every page says to whom by its URL."""

from __future__ import annotations

from pathlib import Path

import pytest

from pages.components.access import LOCAL, NEEDS, ROLES, BadAccessFile, Reader, read_access, roles_of
from tests.pages.app import PAGES, open_page

ACCESS = """
[roles]
leader = ["*"]
analyst = ["zhao"]
operator = ["sun", "zhao"]
"""


@pytest.fixture
def access_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where this test's roles stand; no file yet."""
    path = tmp_path / "access.toml"
    monkeypatch.setenv("FENGQIAO_ACCESS", str(path))
    return path


def test_every_page_script_has_a_role_and_only_those() -> None:
    scripts = {path.stem for path in (Path(__file__).parents[3] / "pages").glob("*.py")} - {"__init__"}
    assert set(NEEDS) == scripts == set(PAGES)
    assert all(NEEDS.values())


@pytest.mark.parametrize(
    ("name", "expected"),
    [("zhao", {"leader", "analyst", "operator"}), ("sun", {"leader", "operator"}), ("li", {"leader"})],
)
def test_roles_add_up_and_a_star_is_everybody_with_a_name(name: str, expected: set[str], access_file: Path) -> None:
    access_file.write_text(ACCESS, encoding="utf-8")
    assert roles_of(name, read_access(access_file), is_own_machine=False) == expected


def test_whoever_has_no_name_has_no_role(access_file: Path) -> None:
    access_file.write_text(ACCESS, encoding="utf-8")
    assert roles_of(None, read_access(access_file), is_own_machine=True) == frozenset()


def test_without_a_file_local_has_every_role_on_its_own_machine_only(access_file: Path) -> None:
    assert read_access(access_file) is None
    assert roles_of(LOCAL, None, is_own_machine=True) == ROLES
    assert roles_of(LOCAL, None, is_own_machine=False) == frozenset()
    assert roles_of("zhao", None, is_own_machine=True) == frozenset()


@pytest.mark.parametrize(
    "content",
    [
        "[roles]\nanalist = ['zhao']\n",
        "[roles]\nanalyst = 'zhao'\n",
        "[role]\nanalyst = ['zhao']\n",
        "[roles]\nanalyst = ['zhao'\n",
        "[roles]\nanalyst = [1]\n",
        "",
    ],
)
def test_a_file_that_is_not_as_described_is_an_error_and_no_empty_list(content: str, access_file: Path) -> None:
    access_file.write_text(content, encoding="utf-8")
    with pytest.raises(BadAccessFile, match=r"access\.toml"):
        read_access(access_file)


def test_a_page_that_is_not_listed_opens_for_nobody() -> None:
    assert not Reader("zhao", ROLES).may_open("unheard_of")


@pytest.mark.parametrize("role", [None, *sorted(ROLES)])
def test_every_page_opens_by_its_url_for_its_roles_and_says_why_not_to_others(
    role: str | None, access_file: Path, built_empty: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FENGQIAO_DATA", str(built_empty))
    lines = [f"{name} = {[LOCAL] if name == role else []!r}" for name in ROLES]
    access_file.write_text("\n".join(["[roles]", *lines]), encoding="utf-8")
    app = open_page(PAGES[0])
    for page in PAGES:
        app = app.switch_page(f"pages/{page}.py").run()
        assert not app.exception, page
        assert not app.error, page
        # An open page of an empty warehouse asks for files; a shut one shows nothing but its sentence.
        is_open = role is not None and role in NEEDS[page]
        assert bool(app.info) == is_open, page
        if not is_open:
            (sentence,) = [warning.value for warning in app.warning]
            assert "“local”" in sentence, page
            assert ("还没有任何角色" in sentence) == (role is None), page
            assert not app.caption, page


def test_a_broken_file_lets_nobody_in(access_file: Path, small: Path) -> None:
    access_file.write_text("[roles]\nanalist = ['local']\n", encoding="utf-8")
    app = open_page("overview")
    assert "还没有任何角色" in app.warning[0].value
    assert not app.metric
