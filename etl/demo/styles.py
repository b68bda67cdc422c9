"""How the offices write their files: encodings, line ends, headers, dates, words; one style per file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Words = Literal["name", "alias", "code", "mixed"]


@dataclass(frozen=True)
class Style:
    """Everything about a file that does not change what it says.

    `spelling` picks among the headers that the mapping knows; `dates` are positions in the lists of
    `etl.demo.spelling`: the first for most rows, the others for some rows of the same file.
    """

    suffix: Literal["csv", "tsv", "txt", "xlsx"] = "csv"
    encoding: Literal["utf-8", "utf-8-sig", "gb18030", "utf-16"] = "utf-8"
    delimiter: str = ","
    line_end: str = "\n"
    is_zipped: bool = False
    spelling: int = 0
    dates: tuple[int, ...] = (0,)
    words: Words = "name"
    organisation: Words = "name"
    yes_no: tuple[str, str] = ("是", "否")
    has_title: bool = False
    has_totals: bool = False
    has_blanks: bool = False
    has_units: bool = False
    has_line_breaks: bool = False
    is_shuffled: bool = False
    has_date_cells: bool = False


TIDY = Style()
STYLES = (
    Style(encoding="gb18030", line_end="\r\n", dates=(1, 2), has_totals=True, has_blanks=True),
    Style(encoding="utf-8-sig", line_end="\r\n", spelling=1, dates=(2, 6), words="mixed", is_shuffled=True,
          has_units=True),
    Style(encoding="gb18030", line_end="\r\n", spelling=2, dates=(2, 1, 4), organisation="mixed",
          has_blanks=True,
          has_title=True, is_shuffled=True, yes_no=("√", "×")),
    Style(spelling=3, dates=(3,), words="code", organisation="code", yes_no=("1", "0"), has_line_breaks=True),
    Style("tsv", encoding="utf-8-sig", delimiter="\t", spelling=1, dates=(7, 0), words="alias",
          has_totals=True),
    Style(encoding="gb18030", line_end="\r\n", is_zipped=True, spelling=2, dates=(5,), words="mixed",
          yes_no=("Y", "N"),
          is_shuffled=True),
    Style(line_end="\r", spelling=1, dates=(4, 2), words="alias", organisation="mixed", has_blanks=True,
          has_totals=True),
    Style("txt", encoding="utf-16", delimiter="\t", line_end="\r\n", dates=(6, 3, 1), words="mixed",
          has_units=True),
    Style(encoding="gb18030", delimiter=";", spelling=3, dates=(1, 0, 2), words="alias", is_shuffled=True,
          has_line_breaks=True,
          has_totals=True),
)  # fmt: skip
WORKBOOKS = (
    Style("xlsx", dates=(1,), has_title=True, has_totals=True, has_blanks=True),
    Style("xlsx", spelling=1, dates=(0,), words="mixed", organisation="mixed", has_title=True,
          has_totals=True,
          has_date_cells=True, is_shuffled=True),
    Style("xlsx", spelling=2, dates=(2,), words="alias", has_units=True, has_blanks=True),
)  # fmt: skip
