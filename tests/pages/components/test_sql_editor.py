"""The committed editor: one file that needs nothing from anywhere, its packages named by version and licence."""

from __future__ import annotations

import json
import re

import pytest

from pages.components.sql_editor import BUILT, SETTING, has_editor

FOLDER = BUILT.parent
EXACT = re.compile(r"\d+\.\d+\.\d+")


def test_the_built_file_asks_for_nothing_and_evaluates_nothing() -> None:
    built = BUILT.read_text(encoding="utf-8")
    # The name of SVG is a name, not an address.
    assert set(re.findall(r"https?://[\w./-]+", built)) <= {"http://www.w3.org/2000/svg"}
    assert not re.search(r"\beval\(|new Function\(|\bimport\(|\bfetch\(|XMLHttpRequest|WebSocket|@font-face", built)


def test_streamlit_takes_it_for_a_program_and_not_for_a_file_name() -> None:
    assert "\n" in BUILT.read_text(encoding="utf-8").strip("\n")


def test_every_package_has_one_version_and_its_licence() -> None:
    package = json.loads((FOLDER / "source" / "package.json").read_text(encoding="utf-8"))
    versions = package["dependencies"] | package["overrides"]
    assert all(EXACT.fullmatch(version) for version in [*versions.values(), *package["devDependencies"].values()])
    notices = (FOLDER / "LICENSES.txt").read_text(encoding="utf-8")
    named = dict(re.findall(r"^(@?[\w/-]+) (\d+\.\d+\.\d+) \(MIT\)$", notices, re.MULTILINE))
    assert named == {name: version for name, version in versions.items() if name in named}
    assert {"@codemirror/view", "@codemirror/lang-sql", "@lezer/lr"} <= named.keys()


@pytest.mark.parametrize(("setting", "expected"), [("", True), ("plain", False)])
def test_the_plain_text_area_can_be_asked_for(setting: str, expected: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SETTING, setting)
    assert has_editor() is expected
