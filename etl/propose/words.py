"""What headers tell: the spellings of the shipped mappings, and words that other offices and languages use."""

from __future__ import annotations

import re
from functools import cache

from etl.feeds import FEEDS
from etl.mapping import SHIPPED, read_mapping
from etl.readers.headers import header_key

# Words in a header (a regular expression on its compared form) -> field; the first that fits.
HINTS: dict[str, tuple[tuple[str, str], ...]] = {
    "incident": (
        ("closed_at", r"clos|resol.*(date|time)|end_?date|办结|结案"),
        ("received_at", r"(^|_)date|datetime|occur|report|receiv|接警|报警|案发|发生(日期|时间)|受理时间|立案"),
        ("dispute_type_code", r"type|categor|offen[cs]e|crime_?(name|desc)|nature|案类|案由|类别|类型|罪名"),
        ("incident_count", r"count|total|number_?of|incidents$|offen[cs]es$|件数|起数|数量|发案数"),
        ("outcome_code", r"outcome|dispos|resolution|处理结果|结果"),
        ("channel_code", r"channel|source|来源"),
        ("source_key", r"(^|_)id$|iid|case_?(no|num|id)|incident_?(no|num|id)|reference|crime_?id|编号|編號|案号|序号"),
    ),
    "visit": (
        ("visited_at", r"date|visit|inspect|走访|检查"),
        ("purpose_code", r"type|purpose|reason|事由|目的"),
        ("visit_key", r"(^|_)id$|iid|inspection_?id|visit_?(no|id)|编号|編號"),
        ("visit_count", r"count|visits$|次数"),
    ),
    "satisfaction": (
        ("invited_at", r"date|time|日期|时间"),
        ("level", r"score|rating|satisf|level|满意|评价|得分"),
        ("reply_key", r"(^|_)id$|response|respondent|编号"),
    ),
    "population": (
        ("year", r"year|年份|年度"),
        ("residents", r"population|residents|inhabitants|人口"),
        ("households", r"household|dwellings|户数"),
    ),
}  # fmt: skip
ORGANISATION = "|".join(
    ("station", "precinct", "ward", "borough", "district", "community", "neighbou?rhood", "division", "beat", "area",
     "派出所", "分局", "单位", "街道", "社区", "辖区", "区$")
)  # fmt: skip
ADDRESS = "地点|地點|地址|location|address"
PERSONAL = "|".join(
    ("address", "street", "postcode", "postal", "phone", "mail", "latitude", "longitude", "officer",
     "住址", "地址", "地点", "地點", "电话", "手机", "姓名", "身份证", "车牌", "民族", "警号", "经办",
     "当事人", "报警人", "案情", "备注", "備註",
     "(first|last|sur|full)_?name", "(^|_)(tel|zip|lat|lon|lng)($|_)")
)  # fmt: skip
FEED_WORDS = {
    "visit": r"走访|检查|inspect|visit",
    "satisfaction": r"满意|回访|survey|satisf|rating",
    "population": r"人口|population|census",
    "mediation": r"调解|mediat",
    "activity": r"业务|工作台账|activity",
    "incident": r"警情|案件|纠纷|crime|offen[cs]e|incident|dispute|案类|案類",
}


@cache
def aliases() -> dict[str, dict[str, str]]:
    """Feed -> header in its compared form -> field, from the shipped mappings and the fields' own names."""
    known: dict[str, dict[str, str]] = {feed: {} for feed in FEEDS}
    for path in sorted(SHIPPED.glob("*.toml")):
        mapping = read_mapping(path)
        if mapping.feed == "none":
            continue
        for name, column in mapping.columns.items():
            if column.sources and not (name.startswith("_") or column.extract or column.split):
                known[mapping.feed].update({header_key(word): name for word in column.sources})
    for feed in FEEDS.values():
        for field in feed.fields:
            for word in (field.name, field.zh, field.en):
                known[feed.name].setdefault(header_key(word), field.name)
    return known


@cache
def dropped_words() -> frozenset[str]:
    """Headers that shipped mappings drop because persons stand in them."""
    mappings = [read_mapping(path) for path in SHIPPED.glob("*.toml")]
    return frozenset(header_key(word) for mapping in mappings for word in mapping.privacy.get("drop", ()))


def field_of(header: str, feed: str) -> tuple[str | None, bool]:
    """The field that a header names in a feed, and whether that is certain (a known spelling)."""
    key = header_key(header)
    if key in aliases()[feed]:
        return aliases()[feed][key], True
    return next((field for field, words in HINTS.get(feed, ()) if re.search(words, key)), None), False


def is_personal(header: str) -> bool:
    """Whether a header promises names, numbers or places of persons."""
    key = header_key(header)
    return key in dropped_words() or re.search(PERSONAL, key) is not None


def is_organisational(header: str) -> bool:
    """Whether a header promises units or areas."""
    return re.search(ORGANISATION, header_key(header)) is not None


def is_address(header: str) -> bool:
    """Whether a header promises places to the house: of these at most the district may be kept."""
    return re.search(ADDRESS, header_key(header)) is not None
