"""A query in the address: what goes in comes out, short ones readable, broken ones refused."""

from __future__ import annotations

import base64
import zlib
from random import Random
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.components.sql_link import LONGEST_LINK, LONGEST_QUERY, link_of, query_of
from warehouse.redaction import redact


@given(st.text(st.characters(codec="utf-8"), max_size=2_000))
def test_a_link_opens_the_query_it_was_made_of(sql: str) -> None:
    link = link_of(sql)
    assert link is not None
    assert query_of(link) == redact(sql)


def test_a_short_query_can_be_read_in_the_address() -> None:
    assert link_of("select 1") == "select 1"


def test_a_long_query_is_packed_and_a_random_one_of_64_kb_has_no_link() -> None:
    long = "\n".join(f"select {number} as n union all" for number in range(800)) + " select 0"
    link = link_of(long)
    assert link is not None
    assert len(quote(link)) <= LONGEST_LINK + 2
    assert query_of(link) == long
    noise = base64.b85encode(Random(1).randbytes(40_000)).decode()
    assert link_of(f"select '{noise}'") is None


@pytest.mark.parametrize("link", ["~", "~%%%", "~YWJj", "~eJw", "~x" * 3000])
def test_a_damaged_link_opens_nothing(link: str) -> None:
    assert query_of(link) is None


def test_a_link_that_unfolds_to_megabytes_opens_nothing() -> None:
    bomb = "~" + base64.urlsafe_b64encode(zlib.compress(b" " * (LONGEST_QUERY * 50))).decode()
    assert query_of(bomb) is None


def test_identifiers_stay_out_of_the_address() -> None:
    assert link_of("select '110105199003078888', '13800138000'") == "select '‹id›', '‹phone›'"
