"""Mappings: every shipped one loads; a wrong one is refused with its file, key, what was found and expected."""

from __future__ import annotations

from pathlib import Path

import pytest

from etl.feeds import FEEDS
from etl.mapping import SHIPPED, MappingError, read_mapping, read_mappings

C = "columns.outcome_code"
HEAD = 'feed = "incident"\n[match]\nfiles = ["*.csv"]\n[columns]\nsource_key = "A"\norg_code = "B"\n'
REGISTERING = HEAD.replace('org_code = "B"', 'org_code = { from = "B", unknown = "register" }')


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "mine.toml"
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*.toml")), ids=lambda path: path.stem)
def test_every_shipped_mapping_loads(path: Path) -> None:
    mapping = read_mapping(path)
    assert mapping.name == path.stem
    assert mapping.title.keys() == {"zh", "en"}


def test_the_bureau_has_a_mapping_for_every_feed() -> None:
    shipped = {mapping.feed for mapping in read_mappings() if mapping.name.startswith("bureau_")}
    assert shipped == set(FEEDS)


@pytest.mark.parametrize(
    ("text", "key", "found", "expected"),
    [
        ("feed = ", "(file)", "Invalid value", "valid TOML"),
        ('feed = "incidents"\n[match]\nfiles = ["*"]', "feed", "incidents", "one of org, incident"),
        ('feed = "incident"\n[match]\nfiles = []', "match.files", "[]", "at least 1 item"),
        (HEAD + 'colour = "C"', "columns.colour", "colour", "a field of the feed"),
        (
            HEAD + 'outcome_code = { from = "C", blnk = "pending" }',
            C + ".blnk",
            "pending",
            "not permitted",
        ),
        (
            HEAD + 'outcome_code = { from = "C", blank = "open" }',
            C + ".blank",
            "open",
            "a code of",
        ),
        (
            HEAD + 'outcome_code = { from = "C", values = { x = "y" } }',
            C + ".x",
            "y",
            "a code of",
        ),
        (
            HEAD + 'outcome_code = { from = "C", unknown = "other" }',
            C + ".unknown",
            "other",
            "no code other",
        ),
        (
            HEAD + 'channel_code = { from = "C", unknown = "register" }',
            "columns.channel_code.unknown",
            "register",
            "only units",
        ),
        (HEAD + 'dispute_key = { from = "C", constant = "D" }', "columns.dispute_key", "constant", "exactly one of"),
        (HEAD + 'dispute_key = { from = "C", extract = "abc" }', "columns.dispute_key.extract", "abc", "with a group"),
        (
            HEAD + 'dispute_key = { from = "C", extract = "(" }',
            "columns.dispute_key.extract",
            "(",
            "regular expression",
        ),
        (HEAD + "[keys]\nrecord = ['channel_code']", "keys.record", "channel_code", "fields that [columns] fills"),
        (
            HEAD + '[unpivot]\nheaders = "x"\ninto = "month"\nvalue = "incident_count"',
            "unpivot.into",
            "month",
            "a field",
        ),
        (HEAD + '[unpivot]\ninto = "period_month"\nvalue = "incident_count"', "unpivot", "value", "exactly one of"),
        (HEAD + '[delivered]\nregex = "20"', "delivered.regex", "20", "1 group"),
        (HEAD + '[reports]\nwindow = { format = "%Y" }', "reports.window", "%Y", "either regex"),
        (HEAD + '[reports]\nfor = "nobody"', "reports.for", "nobody", "'bureau' or 'org'"),
        (
            HEAD.replace('org_code = "B"', 'org_code = { from = "B", unknown = "register" }'),
            "register.org",
            "None",
            "at least one",
        ),
        (
            'feed = "incident"\n[match]\nfiles = ["*"]\n[columns]\norg_code = "B"',
            "keys.record",
            "None",
            "columns.source_key",
        ),
        (
            'feed = "activity"\n[match]\nfiles = ["*"]\n[columns]\nactivity_key = "A"',
            "columns",
            "activity_key",
            "org_code",
        ),
    ],
)
def test_a_wrong_mapping_names_file_key_found_and_expected(
    tmp_path: Path, text: str, key: str, found: str, expected: str
) -> None:
    with pytest.raises(MappingError) as caught:
        read_mapping(write(tmp_path, text))
    assert caught.value.file == "mine.toml"
    assert caught.value.key.startswith(key)
    assert found in str(caught.value.found)
    assert expected in caught.value.expected
    for word in ("mine.toml", "应为", "expected"):
        assert word in str(caught.value)


def test_a_bureaus_own_mapping_replaces_the_shipped_one_of_its_name(tmp_path: Path) -> None:
    (tmp_path / "sf_inspections.toml").write_text(HEAD, "utf-8")
    found = [mapping for mapping in read_mappings(tmp_path) if mapping.name == "sf_inspections"]
    assert [(mapping.feed, mapping.rank) for mapping in found] == [("incident", 1)]


def test_a_folder_of_mappings_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match="--sources"):
        read_mappings(tmp_path / "nowhere")


def test_file_names_are_compared_half_width_and_without_case() -> None:
    mapping = read_mapping(SHIPPED / "calgary_crime.toml")
    assert mapping.fits_name("CRIME.CSV")
    assert mapping.fits_name("ｃｒｉｍｅ.csv.gz")
    assert not mapping.fits_name("population.csv")
