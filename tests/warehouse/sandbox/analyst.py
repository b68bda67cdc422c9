"""The database that an analyst may see a part of, made by formula, so that every answer can be worked out beside it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb

DISPUTES, VISITS = 1_000_000, 500_000
FIRST, DAYS = date(2020, 1, 1), 2000
KINDS = ("家庭", "邻里", "债务")
CANARY = "CANARY"
ATTACKS = Path(__file__).parent / "attacks.jsonl"
_SCHEMA = f"""
    create schema mart;
    create schema priv;
    create table mart.dispute as
        select i as id, date '{FIRST}' + (i % {DAYS})::int as d, 'S' || (i % 7) as station,
            (['家庭', '邻里', '债务'])[1 + i % 3] as kind, i % 2 = 0 as settled
        from range({DISPUTES}) as t(i);
    create table mart.visit as
        select i as id, date '{FIRST}' + (i % {DAYS})::int as d, 'S' || (i % 7) as station, i % 5 + 1 as score
        from range({VISITS}) as t(i);
    create view mart.v_station as select distinct station from mart.visit;
    create macro mart.twice(x) as 2 * x;
    create macro mart.top_visits(n) as table from mart.visit order by id limit n;
    create table priv.person as select 1 as id, '{CANARY}_PERSON' as name;
    create view priv.v_person as from priv.person;
    create type priv.mood as enum ('{CANARY}_MOOD');
    create macro priv.reveal() as (select name from priv.person);
    create macro priv.upper() as '{CANARY}_MACRO';
    create macro priv.everybody() as table from priv.person;
"""


@dataclass(frozen=True)
class Dispute:
    """One row of mart.dispute."""

    id: int

    @property
    def d(self) -> date:
        return FIRST + timedelta(days=self.id % DAYS)

    @property
    def station(self) -> str:
        return f"S{self.id % 7}"

    @property
    def kind(self) -> str:
        return KINDS[self.id % 3]


def score(visit: int) -> int:
    """The score of a row of mart.visit."""
    return visit % 5 + 1


def write_database(path: Path) -> Path:
    """The file with schemas mart and priv."""
    with duckdb.connect(path) as connection:
        connection.execute(_SCHEMA)
    return path


def write_canaries(folder: Path) -> Path:
    """Files that must stay unread."""
    folder.mkdir()
    (folder / "secret.txt").write_text(f"{CANARY}_TEXT\n")
    (folder / "s.json").write_text(json.dumps({"a": f"{CANARY}_JSON"}))
    with duckdb.connect() as connection:
        connection.execute(f"copy (select '{CANARY}_PARQUET' as a) to '{folder}/s.parquet' (format parquet)")
    with duckdb.connect(folder / "other.duckdb") as connection:
        connection.execute(f"create table t as select '{CANARY}_DATABASE' as a")
    return folder


@dataclass(frozen=True)
class Attack:
    """A statement and what must come of it: `allowed`, `denied`, or `bounded` (either, within the limits)."""

    name: str
    expected: str
    sql: str

    def aimed_at(self, place: Place) -> str:
        """The statement with the folders of this machine in it."""
        folders = {"{CANARY}": place.canaries, "{OUT}": f"{place.out}/", "{DB}": place.database}
        sql = self.sql
        for name, folder in folders.items():
            sql = sql.replace(name, str(folder))
        return sql


@dataclass(frozen=True)
class Place:
    """Where a run of attacks takes place."""

    database: Path
    canaries: Path
    out: Path


def make_place(folder: Path) -> Place:
    """Database, canaries and an empty folder."""
    out = folder / "out"
    out.mkdir()
    return Place(write_database(folder / "analyst.duckdb"), write_canaries(folder / "canaries"), out)


def attacks(*expected: str) -> list[Attack]:
    """The statements of these kinds, those that only a program can write among the bounded."""
    written = [Attack(**json.loads(line)) for line in ATTACKS.read_text("utf-8").splitlines()]
    made = [Attack(name, "bounded", sql) for name, sql in _bombs().items()]
    return [attack for attack in written + made if attack.expected in expected]


def _bombs() -> dict[str, str]:
    return {
        "mb_in_list": f"select 1 where 5 in ({','.join(map(str, range(200_000)))})",
        "in_list_within_the_limit": f"select 1 where 5 in ({','.join(map(str, range(36_000)))})",
        "ps_parens": "select " + "(" * 20_000 + "1" + ")" * 20_000,
        "ps_minus": "select " + "- " * 20_000 + "1",
        "ps_case": "select " + "case when true then " * 2000 + "1" + " end" * 2000,
        "ps_lists": "select " + "[" * 5000 + "1" + "]" * 5000,
        "ps_struct": "select " + "{'a':" * 2000 + "1" + "}" * 2000,
        "ps_union": "select 1 " + "union all select 1 " * 5000,
        "ps_plus": "select " + "+".join(["1"] * 50_000),
        "ps_longident": 'select 1 as "' + "x" * 1_000_000 + '"',
        "ps_longsql": "select '" + "x" * 20_000_000 + "'",
        "ps_lambda": "select " + "list_transform([1], lambda x: " * 60 + "1" + ")" * 60,
        "ps_types": "select null::" + "struct(a " * 500 + "int" + ")" * 500,
        "subqueries": "select * from (" * 900 + "select 1" + ")" * 900,
        "ctes": "with " + ", ".join(f"c{n} as (select 1)" for n in range(5000)) + " select 1",
        "comments": "/*" * 60_000 + "*/" * 60_000 + " select 1",
        "pivot_of_brackets": "pivot t on " + "(" * 5000 + "a" + ")" * 5000 + " using count(*)",
    }
