"""A refusal says what was found, where, and what to do instead, in Chinese and in English."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from warehouse.sandbox import LimitExceeded, NoAnswer, Refused, run_sql
from warehouse.sandbox.refusals import SYNTAX, read_texts

SOURCES = Path(__file__).resolve().parents[3] / "warehouse" / "sandbox"
# Statement -> code, line, column, and a piece of the English sentence.
PLACES: dict[str, tuple[str, int | None, int | None, str]] = {
    "select 1，2": ("full_width", 1, 9, "type , instead"),
    "select '，'\n，1": ("full_width", 2, 1, "type , instead"),
    "select （1)": ("full_width", 1, 8, "type ( instead"),
    "select 1 /* ， */ where “a” = 1": ("full_width", 1, 24, "type ' instead"),
    "select　1": ("full_width", 1, 7, "type 空格/space instead"),
    "select 1\nfrom priv.person": ("schema_denied", 2, 6, "Schemas that can: mart"),
    "select '中文', getenv('x')": ("function_denied", 1, 14, "getenv"),
    "from mart.visits": ("table_unknown", 1, 6, "mart.visit"),
    "from '/etc/passwd'": ("file_denied", 1, 6, "Have the data loaded"),
    "from read_text('/etc/passwd')": ("table_function_denied", 1, 6, "read_text"),
    "describe priv.person": ("schema_denied", 1, 15, "priv"),
    "select\n  scor from mart.visit": ("column_unknown", 2, 3, "score"),
    "selec 1": ("syntax_near", 1, 1, "'selec'"),
    "select a\nfrom t t2 t3": ("syntax_near", 2, 11, "'t3'"),
    "select 'ab\nc": ("syntax_open_text", 1, 8, "closing single quote"),
    'select 1,\n"ab': ("syntax_open_name", 2, 1, "closing double quote"),
    "select 1;\nselect 2": ("several", None, None, "2 were found"),
    "\n update mart.visit set score = 1": ("statement", 2, 2, "UPDATE cannot be run"),
    "explain analyze select 1": ("explain_analyze", 1, 1, "ANALYZE"),
    "/* 说明 */ explain\n select nope from mart.visit": ("column_unknown", 2, 9, "nope"),
    "with x as (delete from mart.visit returning id) from x": ("changes_data", None, None, "only read"),
    "pivot mart.visit on score using sum(nope)": ("column_unknown", 1, 37, "nope"),
    "pivot mart.visit on nope using count(*)": ("column_unknown", 1, 21, "nope"),
    "select * from (pivot mart.visit on score using count(*))": ("pivot_nested", 1, 1, "IN ('a', 'b')"),
    "pivot mart.visit\non score, id using count(*)": ("pivot_wide", 2, 11, "500"),
    "select $stadt": ("parameter_missing", None, None, "$stadt"),
    "select ?": ("parameter_missing", None, None, "?"),
    "": ("empty", None, None, "There is no statement"),
    "select cast(station as int) from mart.visit": ("engine", 1, 8, "Could not convert"),
    "select error('boom')": ("engine", None, None, "boom"),
}


@pytest.mark.parametrize("sql", PLACES)
def test_a_refusal_tells_code_line_and_column(sql: str, database: Path) -> None:
    code, line, column, piece = PLACES[sql]
    with pytest.raises(Refused) as caught:
        run_sql(database, sql, schemas=("mart",))
    refused = caught.value
    assert (refused.code, refused.line, refused.column) == (code, line, column)
    assert piece in refused.reason_in("en")
    assert refused.reason == str(refused) == f"{refused.reason_in('zh')} / {refused.reason_in('en')}"


@pytest.mark.parametrize("code", read_texts())
def test_every_sentence_is_in_both_languages_with_the_same_values(code: str) -> None:
    texts = read_texts()[code]
    assert re.search(r"[\u4e00-\u9fff]", texts["zh"])
    assert not re.search(r"[\u4e00-\u9fff]", texts["en"])
    assert sorted(re.findall(r"{\w+}", texts["zh"])) == sorted(re.findall(r"{\w+}", texts["en"]))


def test_every_sentence_is_used_and_none_is_missing() -> None:
    source = "".join(path.read_text("utf-8") for path in SOURCES.glob("*.py"))
    raised = set(re.findall(r'(?:Refused|_refused|_syntax)\(\s*"(\w+)"', source)) | set(SYNTAX)
    raised |= set(re.findall(r'"(\w+)" if [^\n]+ else "(\w+)", node', source) and ["changes_data", "syntax_unknown"])
    raised |= {"table_function_denied", "function_denied", "pivot_nested", "syntax_unknown", "too_deep"}
    raised |= {f"limit_{which}" for which in ("time", "memory", "rows", "bytes")}
    assert raised == set(read_texts())


def test_a_limit_says_which_and_how_much(database: Path) -> None:
    with pytest.raises(LimitExceeded) as caught:
        run_sql(database, "select repeat('x', 20000000)", schemas=("mart",))
    assert caught.value.which in ("bytes", "memory")
    assert "16 MB" in caught.value.reason_in("en")


def test_a_sentence_never_fails_for_want_of_a_value() -> None:
    assert "…" in NoAnswer("too_long").reason_in("en")
