"""Law 2 at the door: nothing that names a person is in any file that the job writes, not even in freed pages."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from etl.refresh import refresh
from etl.status import quarantined_rows, status
from tests.etl.nights import write_bytes, write_mapping
from warehouse.generations import current_generation

PLANTED = 2_000
SURNAMES = ["欧阳", "上官", "皇甫", "令狐", "诸葛", "司徒", "端木", "宇文", "长孙", "慕容"]
GIVEN = ["骁睿", "蓁蓁", "翀霄", "晏殊", "璟雯", "昱辰", "翊航", "芷若", "沅芷", "湉甜"]
HEADER = "编号,单位,接警时间,结果,报警人姓名,身份证号,联系电话,车牌号,银行卡号,住址,简要案情,民族,民警警号,关联编号"


def make_persons(count: int) -> Iterator[dict[str, str]]:
    """Invented persons, each value long and odd enough that it cannot be found by chance."""
    dice = random.Random(7)
    for number in range(count):
        birthday = f"19{dice.randrange(50, 99)}{dice.randrange(1, 13):02d}{dice.randrange(1, 29):02d}"
        yield {
            "name": f"{dice.choice(SURNAMES)}{dice.choice(GIVEN)}{chr(0x4E00 + number)}",
            "id": f"371{dice.randrange(100, 999)}{birthday}{number:04d}",
            "phone": f"13{dice.randrange(10**9):09d}",
            "plate": f"鲁B{dice.randrange(10**5):05d}",
            "card": f"6222{dice.randrange(10**15):015d}",
            "address": f"榆林巷{number}弄{dice.randrange(10**4)}号",
        }


@pytest.fixture(scope="module")
def after_the_night(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[dict[str, str]]]:
    """A night over a file with all of that in columns of its own, in wrong columns, and in rows that fail."""
    tmp_path = tmp_path_factory.mktemp("privacy")
    data = tmp_path / "data"
    persons = list(make_persons(PLANTED))
    lines = [HEADER]
    for number, person in enumerate(persons):
        unit, when, result = "甲所", f"2026-09-{number % 28 + 1:02d} 08:30", "调解成功"
        match number % 10:
            case 6:
                unit = person["phone"]
            case 7:
                when = person["id"]
            case 8:
                result = f"{person['name']}{person['id']}"
            case 9:
                when = f"2026-02-30 {person['phone']}"
        story = f"{person['name']}与邻居争吵，电话{person['phone']}，住{person['address']}，车{person['plate']}"
        cells = (
            person["name"],
            person["id"],
            person["phone"],
            person["plate"],
            person["card"],
            person["address"],
        )
        lines.append(",".join((f"{person['id']}", unit, when, result, *cells, story, "某族", "警010101", person["id"])))
    sources = write_mapping(tmp_path / "sources")
    text = (
        (sources / "own.toml")
        .read_text("utf-8")
        .replace('source_key = "编号"', 'source_key = "编号"\ndispute_key = "关联编号"')
    )
    (sources / "own.toml").write_text(text, "utf-8")
    write_bytes(data / "inbox", "接警_13912345678_20261001.csv", ("\n".join(lines) + "\n").encode())
    write_bytes(data / "inbox", f"{persons[0]['id']}.csv", b"foo,bar\n1,2\n")
    refresh(data, sources=sources)
    # A second night replaces half of the rows, so that the database has pages to free.
    half = [lines[0], *(line.replace("调解成功", "调解不成") for line in lines[1 : PLANTED // 2])]
    write_bytes(data / "inbox", "接警_更正_20261002.csv", ("\n".join(half) + "\n").encode())
    refresh(data, sources=sources)
    return data, persons


def test_no_planted_value_is_in_any_file_that_the_job_wrote(
    after_the_night: tuple[Path, list[dict[str, str]]],
) -> None:
    data, persons = after_the_night
    files = [path for path in data.rglob("*") if path.is_file() and "inbox" not in path.relative_to(data).parts[:1]]
    assert {path.suffix for path in files} >= {".duckdb", ".parquet", ".json", ".jsonl"}
    written = {path: path.read_bytes() for path in files}
    names = [path.name for path in data.rglob("*") if "inbox" not in path.relative_to(data).parts[:1]]
    planted = [value.encode() for person in persons for value in person.values()]
    assert len(planted) == 6 * PLANTED
    pattern = re.compile(b"|".join(map(re.escape, planted)))
    assert not [path.name for path, content in written.items() if pattern.search(content)]
    assert not [name for name in names if pattern.search(name.encode())]


def test_no_planted_value_is_in_the_archive_when_its_columns_are_read(
    after_the_night: tuple[Path, list[dict[str, str]]],
) -> None:
    """Parquet is compressed: what its bytes hide, its values must not hold either."""
    data, persons = after_the_night
    planted = {value for person in persons for value in person.values()}
    for path in [*data.glob("archive/*/*.parquet"), *data.glob("quarantine/*/*.parquet")]:
        rows = duckdb.execute("select * from read_parquet($1)", [str(path)]).fetchall()
        text = "\n".join(str(value) for row in rows for value in row if isinstance(value, str))
        assert not re.search("|".join(map(re.escape, planted)), text)


def test_no_planted_value_and_no_key_is_in_the_warehouse(
    after_the_night: tuple[Path, list[dict[str, str]]],
) -> None:
    data, persons = after_the_night
    generation = current_generation(data)
    assert generation is not None
    planted = {value for person in persons for value in person.values()}
    archived: set[str] = set()
    for path in data.glob("archive/incident/*.parquet"):
        rows = duckdb.execute("select record_key, dispute_key from read_parquet($1)", [str(path)]).fetchall()
        archived |= {key for row in rows for key in row if key}
    content = generation.database.read_bytes()
    assert not re.search(b"|".join(key.encode() for key in archived), content)
    with duckdb.connect(str(generation.database), read_only=True) as connection:
        tables = connection.execute(
            "select table_schema, table_name from information_schema.tables where table_schema <> 'main'"
        ).fetchall()
        for schema, table in tables:
            rows = connection.execute(f'select * from "{schema}"."{table}"').fetchall()
            values = {str(value) for row in rows for value in row}
            assert not values & (planted | archived)


def test_quarantined_rows_tell_the_place_and_hide_the_person(
    after_the_night: tuple[Path, list[dict[str, str]]],
) -> None:
    data, _ = after_the_night
    reasons = status(data)["feeds"]["incident"]["quarantined_by_reason"]
    assert reasons["misplaced_identifier"] >= 500
    rows = quarantined_rows(data)
    assert rows["line"].min() == 8
    assert rows["file"].str.contains("13912345678").sum() == 0
