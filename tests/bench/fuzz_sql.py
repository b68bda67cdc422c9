"""Mutated and spliced statements through the sandbox: nothing leaks, nothing is written, the board goes on."""

from __future__ import annotations

import json
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from tests.bench.measure import machine
from tests.warehouse.sandbox.analyst import CANARY, Place, attacks, make_place
from warehouse.sandbox import Limits, NoAnswer, run_sql, tickets
from warehouse.sandbox.client import FORK_SERVER
from warehouse.sandbox.lexing import tokens

STATEMENTS, QUICK = 20_000, 1_000
SEED = 20261130
LIMITS = Limits(seconds=2.0, rows=200, bytes=1 << 20)
# A worker that is killed from outside the engine has this much more; the machine may be busy.
SECONDS = 10.0
LONGEST = 2_000
# Nearly every mutation breaks the grammar, and the parser alone would be tried: most of those are thrown away.
UNPARSED = 0.05
# The queue is not what is tried here; more at once keep a busy machine busy.
AT_ONCE = 4
# What a mutation puts in: names that lead out, and pieces of grammar that hold statements together.
PIECES = (
    "priv.person", "priv.v_person", "priv.reveal()", "priv.everybody()", "analyst.priv.person", "name", "person",
    "read_text('{CANARY}/secret.txt')", "'{CANARY}/s.parquet'", "glob('{CANARY}/*')", "duckdb_tables()",
    "read_duckdb('{CANARY}/other.duckdb', table_name = 't')", "query('from priv.person')",
    "query_table('priv.person')", "getenv('SECRET_TOKEN')", "current_setting('temp_directory')",
    "information_schema.tables", "pg_class", "sqlite_master", "mart.visit", "mart.dispute", "mart.twice(",
    "mart.top_visits(", "visit", "id", "station", "score", "*", "columns(*)", "select", "from", "where", "with",
    "with x as (", "recursive", "as materialized", "union all by name", "lateral", "pivot", "unpivot", "on",
    "using", "group by all", "order by", "limit", "qualify", "having", "summarize", "describe", "show", "tables",
    "explain", "analyze", "copy", "to", "attach", "set", "call", "pragma", "values", "table", "exists", "(", ")",
    "[", "]", "{", "}", ",", ";", ".", "::", "->", "lambda x:", "$p", "?", "'", '"', "--", "/*", "*/", "$$",
    "at (version => 1)", "tablesample", "positional join", "asof join", "semi join", "struct_pack(a := ", "unnest(",
    "list_transform([1], lambda x: ", "try(", "cast(", "as varchar)", "::priv.mood", "over (", "filter (where ",
    "，", "（", "\ufeff", "\u200b", "\u202e", "\x00", "e'\\x27'", "U&'\\0027'", "0x", "1e999", "null", "default",
    "interval 1 day",
)  # fmt: skip


Words = list[str]


@dataclass(frozen=True)
class Told:
    """What came of one statement."""

    verdict: str
    text: str
    seconds: float


def mutations(seed: int, count: int) -> Iterator[str]:
    """Statements made from those of the corpus; the same ones for the same seed; one in five may be no SQL at all."""
    written = [one.sql for one in attacks("allowed", "denied") if len(one.sql) < LONGEST]
    pieces = [[token.text for token in tokens(sql)] for sql in written]
    chance = random.Random(seed)
    with duckdb.connect(":memory:") as connection:
        made = 0
        while made < count:
            sql = _mutated(pieces, chance)
            if chance.random() < UNPARSED or _parses(connection, sql):
                made += 1
                yield sql


def _mutated(pieces: Sequence[Words], chance: random.Random) -> str:
    words = list(chance.choice(pieces))
    for _ in range(chance.randint(1, 3)):
        words = chance.choice(CHANGES)(words, pieces, chance)
    return "".join(words)[:LONGEST]


def _parses(connection: duckdb.DuckDBPyConnection, sql: str) -> bool:
    """Whether the parser takes it: as a SELECT, or as a statement of another kind."""
    if "\0" in sql or any("\ud800" <= sign <= "\udfff" for sign in sql):
        return False
    ((answer,),) = connection.execute("select json_serialize_sql($sql::varchar)", {"sql": sql}).fetchall()
    tree = json.loads(answer)
    return not tree["error"] or "Only SELECT" in tree["error_message"]


def _splice(words: Words, pieces: Sequence[Words], chance: random.Random) -> Words:
    """The beginning of one statement and the end of another."""
    other = chance.choice(pieces)
    return [*words[: chance.randint(0, len(words))], " ", *other[chance.randint(0, len(other)) :]]


def _nest(words: Words, pieces: Sequence[Words], chance: random.Random) -> Words:
    """Another statement in brackets in the place of a word."""
    place = chance.randint(0, len(words))
    return [*words[:place], " (", *chance.choice(pieces), ") ", *words[place + 1 :]]


def _put(words: Words, pieces: Sequence[Words], chance: random.Random) -> Words:
    """A piece in the place of a word, or between two."""
    place = chance.randint(0, len(words))
    return [*words[:place], " ", chance.choice(PIECES), " ", *words[place + chance.randint(0, 1) :]]


def _drop(words: Words, pieces: Sequence[Words], chance: random.Random) -> Words:
    start = chance.randint(0, len(words))
    return words[:start] + words[start + chance.randint(1, 3) :]


def _repeat(words: Words, pieces: Sequence[Words], chance: random.Random) -> Words:
    start = chance.randint(0, len(words))
    part = words[start : start + chance.randint(1, 6)]
    return words[:start] + part * chance.randint(2, 5) + words[start:]


def _wrap(words: Words, pieces: Sequence[Words], chance: random.Random) -> Words:
    before, behind = chance.choice(
        (
            ("select * from (", ")"),
            ("with x as (", ") from x"),
            ("explain ", ""),
            ("summarize ", ""),
            ("describe ", ""),
            ("select (", ")"),
            ("select exists(", ")"),
            ("pivot (", ") on 1 using count(*)"),
            ("select * from mart.visit, lateral (", ") limit 1"),
            ("select list_transform([1], lambda x: (", "))"),
        )
    )
    return [before, *words, behind]


def _scratch(words: Words, pieces: Sequence[Words], chance: random.Random) -> Words:
    """One sign changed into any other."""
    text = "".join(words)
    place = chance.randint(0, len(text))
    return [
        text[:place] + chr(chance.choice((chance.randint(1, 126), chance.randint(0x80, 0xFFFF)))) + text[place + 1 :]
    ]


def _recase(words: Words, pieces: Sequence[Words], chance: random.Random) -> Words:
    return [
        word.upper() if chance.random() < 0.5 else f'"{word}"' if word.isalpha() and chance.random() < 0.1 else word
        for word in words
    ]


def _rename(words: Words, pieces: Sequence[Words], chance: random.Random) -> Words:
    """A word, or what is quoted, becomes one of another statement, or a name that leads out: the grammar stays."""
    places = [place for place, word in enumerate(words) if word[:1].isalpha() or word[:1] in ("'", '"')] or [0]
    place = chance.choice(places)
    return [*words[:place], _another(pieces, chance), *words[place + 1 :]]


def _another(pieces: Sequence[Words], chance: random.Random) -> str:
    if chance.random() < 0.4:
        return chance.choice(NAMES)
    other = [word for word in chance.choice(pieces) if word[:1].isalnum() or word[:1] in ("'", '"')]
    return chance.choice(other) if other else "1"


NAMES = PIECES[: PIECES.index("select")]
CHANGES = (
    *[_rename] * 8,
    *[_wrap] * 5,
    *[_nest] * 3,
    *[_splice] * 2,
    *[_put] * 2,
    _drop,
    _repeat,
    _scratch,
    _recase,
)


def ask(sql: str, place: Place) -> Told:
    """One statement; `broken` where something came out that must not."""
    for name, folder in {"{CANARY}": place.canaries, "{OUT}": f"{place.out}/", "{DB}": place.database}.items():
        sql = sql.replace(name, str(folder))
    began = time.monotonic()
    try:
        result = run_sql(place.database, sql, schemas=("mart",), parameters={"p": 1}, limits=LIMITS)
        verdict, text = "answered", repr((result.columns, result.types, result.rows))
    except NoAnswer as error:
        verdict, text = error.code, repr((error.reason, error.values))
    except Exception as error:
        verdict, text = "broken", repr(error)
    return Told(verdict, text.replace(str(place.canaries), ""), time.monotonic() - began)


def run(*, quick: bool, statements: int | None = None) -> dict[str, Any]:
    """Ask them all; failures are leaks, files, crashes and what took too long."""
    count = statements or (QUICK if quick else STATEMENTS)
    failures: list[str] = []
    verdicts: Counter[str] = Counter()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        place = make_place(Path(folder))
        FORK_SERVER.warm_up()
        parent = FORK_SERVER.pid
        made = list(mutations(SEED, count))
        tickets.RUNNING_AT_ONCE = AT_ONCE
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for sql, told in zip(made, pool.map(lambda one: ask(one, place), made), strict=True):
                verdicts[told.verdict] += 1
                if not verdicts.total() % 1000:
                    print(f"{verdicts.total():,} statements, {len(failures)} failures", file=sys.stderr, flush=True)
                failures += [f"{problem}: {sql!r} -> {told.text[:200]}" for problem in _problems(told)]
        failures += [f"written: {path}" for path in place.out.rglob("*")]
        if FORK_SERVER.pid != parent:
            failures.append("the warm parent had to be started anew")
    spent = time.monotonic() - began
    lines = [
        f"{count:,} mutated and spliced statements in {spent:.0f} s, seed {SEED}; {machine()}",
        ", ".join(f"{verdict} {number:,}" for verdict, number in verdicts.most_common()),
        *(f"FAILED {text}" for text in failures[:20]),
    ]
    return {"lines": lines, "failures": failures, "verdicts": dict(verdicts)}


def _problems(told: Told) -> Iterator[str]:
    if CANARY in told.text:
        yield "leaked"
    if told.verdict == "broken":
        yield "came out"
    if told.seconds > SECONDS:
        yield f"took {told.seconds:.1f} s"


if __name__ == "__main__":
    print("\n".join(run(quick=False, statements=int(sys.argv[1]) if sys.argv[1:] else None)["lines"]))
