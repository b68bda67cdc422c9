"""Invented persons: what stands in the exports and must never get in; none of them exists."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

SURNAMES = list("赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜")
GIVEN = [
    a + b
    for a in "建国志秀丽晓文玉春海"
    for b in ("", "军", "英", "芳", "梅", "强", "敏", "华", "兰", "峰", "霞", "平")
]
STREETS = ["枕溪路", "望舒街", "听澜巷", "荷锄里", "织云路", "朔风街", "青禾巷", "落雁里"]
PEOPLES = ["汉族", "回族", "蒙古族", "维吾尔族", "藏族", "满族", "壮族"]
NARRATIVES = [
    "称与邻居{name}因琐事发生口角,双方情绪激动。",
    "来电称其家属{name}被拖欠工资，\"多次催要未果\"。",
    "报警人{name}（电话{phone}）反映楼上漏水，要求处理",
    "走访中{name}反映夜间噪音,已登记",
    "{name}与亲属因赡养问题争吵，民警到场劝解；联系电话{phone}",
]  # fmt: skip
CHECK_WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
CHECK_DIGITS = pl.Series(list("10X98765432"))
# The headers, several spellings each; a file uses one spelling throughout.
INCIDENT_HEADERS = {
    "name": ("报警人姓名", "报警人", "姓名"),
    "phone": ("联系电话", "报警电话", "手机号码"),
    "identity": ("身份证号", "公民身份号码", "证件号码"),
    "address": ("住址", "家庭住址", "事发地址"),
    "narrative": ("简要案情", "警情内容", "简要情况"),
    "officer": ("民警警号", "处警民警警号", "警号"),
    "plate": ("车牌号", "号牌号码", "车牌"),
    "people": ("民族", "民族", "民族"),
}
VISIT_HEADERS = INCIDENT_HEADERS | {
    "name": ("被访人姓名", "户主姓名", "姓名"),
    "narrative": ("走访记录", "走访内容", "走访情况"),
}


def invent_persons(
    random: np.random.Generator, size: int, headers: Mapping[str, tuple[str, ...]], spelling: int
) -> pl.DataFrame:
    """Personal columns under their headers, one row per row of the file."""
    frame = pl.DataFrame(
        {
            "name": _picked(random, size, [s + g for s in SURNAMES for g in GIVEN]),
            "phone": _digits(13_800_000_000 + random.integers(0, 100_000_000, size)),
            "identity": _identities(random, size),
            "address": _picked(random, size, STREETS) + _digits(random.integers(1, 300, size)) + "号",
            "officer": _digits(990_000 + random.integers(0, 1_000, size)),
            "plate": "蒙X" + _digits(10_000 + random.integers(0, 89_999, size)),
            "people": _picked(random, size, PEOPLES),
            "template": _picked(random, size, NARRATIVES),
        }
    )
    told = frame.with_columns(
        pl.col("template")
        .str.replace("{name}", pl.col("name"), literal=True)
        .str.replace("{phone}", pl.col("phone"), literal=True)
        .alias("narrative")
    )
    return told.select(pl.col(name).alias(words[spelling % len(words)]) for name, words in headers.items())


def _picked(random: np.random.Generator, size: int, values: list[str]) -> pl.Series:
    return pl.Series(values, dtype=pl.String).gather(random.integers(0, len(values), size))


def _identities(random: np.random.Generator, size: int) -> pl.Series:
    """Numbers of 18 digits with a right check digit; no district has the code 990102."""
    birth = np.datetime64("1945-01-01") + random.integers(0, 22_000, size)
    year = birth.astype("datetime64[Y]").astype(int) + 1970
    month = birth.astype("datetime64[M]").astype(int) % 12 + 1
    day = (birth - birth.astype("datetime64[M]")).astype(int) + 1
    serial = random.integers(0, 1000, size)
    body = ((990_102 * 10_000 + year) * 10_000 + month * 100 + day) * 1_000 + serial
    powers = 10 ** np.arange(16, -1, -1, dtype=np.int64)
    total = sum((body // power % 10) * weight for power, weight in zip(powers, CHECK_WEIGHTS, strict=True))
    return _digits(body) + CHECK_DIGITS.gather(np.asarray(total) % 11)


def _digits(numbers: np.ndarray) -> pl.Series:
    return pl.Series(numbers).cast(pl.String)
