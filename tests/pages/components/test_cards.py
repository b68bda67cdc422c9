"""Words that came from a file or a name are shown as they stand."""

from __future__ import annotations

import polars as pl
import pytest

from pages.components.cards import plain, plain_cells


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("城关派出所_2026.csv", r"城关派出所\_2026\.csv"),
        ("[a](http://b.c)", r"\[a\]\(http\://b\.c\)"),
        ("$x$ :red[y] **z**", r"\$x\$ \:red\[y\] \*\*z\*\*"),
        ("a\\b", r"a\\b"),
        ("$1 ${1}", r"\$1 \$\{1\}"),
        ("", ""),
        ("é 你好", "é 你好"),
    ],
)
def test_nothing_in_a_text_is_read_as_formatting(words: str, expected: str) -> None:
    assert plain(words) == expected
    assert plain_cells(pl.Series("cells", [words, None])).to_list() == [expected, None]
