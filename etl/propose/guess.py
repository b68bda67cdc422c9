"""Which feed a file fills, and which of its columns are what."""

from __future__ import annotations

import re

from etl.feeds import FEEDS, Field
from etl.propose.column import MOST_WORDS, Profile, determines, looks_like_code
from etl.propose.periods import find_time, wide_periods, wide_types
from etl.propose.plan import Entry, Plan
from etl.propose.sample import Sample
from etl.propose.words import (
    FEED_WORDS,
    field_of,
    is_address,
    is_organisational,
    is_personal,
)
from warehouse.reference import codes_of

EVENT = {
    "incident": "received_at",
    "visit": "visited_at",
    "mediation": "held_at",
    "satisfaction": "invited_at",
    "activity": "done_at",
    "annotation": "noted_on",
}
COUNT = {"incident": "incident_count", "visit": "visit_count", "activity": "quantity"}
DISTRICT = r"([\p{Han}]{2}[区區县縣])"
# The unit above all others, where the file does not name one.
ROOT = {"code": {"constant": "LOCAL"}, "name": {"constant": "本单位 LOCAL"}}
UNITS_DOUBT = "单位取自文件；若与机构名录一致，请改用名录并删去 [[register.org]] / units are taken from the file"
MOST_TYPES, MOST_UNITS = 500, 5_000
NAME_SHARE = 0.8


def guess(sample: Sample) -> Plan:
    """The plan of a mapping for the sample; feed `none` where a required field has nothing to fill it."""
    profiles = {header: Profile(header, sample.rows[header]) for header in sample.table.headers}
    types = wide_types(profiles)
    plan = Plan(feed="incident" if types else _feed(sample, profiles))
    plan.personal = [header for header, one in profiles.items() if is_personal(header) or one.has_persons]
    free = {header: one for header, one in profiles.items() if header not in plan.personal and not one.is_prose}
    wide = types or wide_periods(free)
    for header in wide.get("columns", ()):
        free.pop(header)
    _fields(plan, free)
    _time(plan, free, wide)
    _unit(plan, free, {header: profiles[header] for header in profiles if is_address(header)}, sample)
    if plan.feed == "incident" and wide.get("into") != "dispute_type_code":
        _types(plan, free, sample)
    _count(plan, free, wide)
    _key(plan, free, sample)
    return _or_nothing(plan)


def _feed(sample: Sample, profiles: dict[str, Profile]) -> str:
    """The feed whose fields the headers name best; the file's name helps."""
    scores = dict.fromkeys(FEEDS, 0.0)
    for feed in FEEDS:
        found = [field_of(header, feed) for header in profiles]
        certain = {field for field, is_certain in found if field and is_certain}
        likely = {field for field, is_certain in found if field and not is_certain} - certain
        scores[feed] = len(certain) + 0.4 * len(likely)
        if words := FEED_WORDS.get(feed):
            scores[feed] += 1.5 * bool(re.search(words, sample.name, re.IGNORECASE))
            scores[feed] += 0.5 * any(re.search(words, header, re.IGNORECASE) for header in profiles)
    best = max(scores, key=lambda feed: scores[feed])
    return best if scores[best] >= 1 else "incident"


def _fields(plan: Plan, free: dict[str, Profile]) -> None:
    """Columns whose headers name a field and whose cells agree."""
    fields = {field.name: field for field in FEEDS[plan.feed].fields}
    named = [(header, *field_of(header, plan.feed)) for header in free]
    for header, name, is_certain in sorted(named, key=lambda one: not one[2]):
        field = fields.get(name or "")
        if (
            field is None
            or field.name in plan.columns
            or field.kind in ("org", "month", "year")
            or field.name in EVENT.values()
        ):
            continue
        entry = _entry(field, free[header], is_certain=is_certain)
        if entry and not (field.name == "dispute_type_code" or field.name == FEEDS[plan.feed].main_key):
            plan.columns[field.name] = entry


def _entry(field: Field, column: Profile, *, is_certain: bool) -> Entry | None:
    """How the column fills the field, if its cells are of that kind."""
    doubt = None if is_certain else "按列名猜测 / guessed from the header"
    if field.kind in ("integer", "quantity", "decimal"):
        return Entry({"from": column.header}, doubt) if column.is_number else None
    if field.kind in ("date", "datetime"):
        return _dated(column, doubt)
    if field.kind in ("flag", "text"):
        return Entry({"from": column.header}, doubt) if is_certain else None
    if field.kind in ("code", "level"):
        return _coded(field, column, doubt)
    return Entry({"from": column.header}, doubt) if is_certain else None


def _dated(column: Profile, doubt: str | None) -> Entry | None:
    style = column.date_style
    if style is None:
        return None
    keys = {"from": column.header} | ({"formats": list(style.formats)} if style.formats else {})
    if not style.is_certain:
        doubt = "民国年 / years of the Republic" if style.roc else "月日先后有两种读法 / month or day first"
    return Entry(keys | ({"roc": True} if style.roc else {}), doubt)


def _coded(field: Field, column: Profile, doubt: str | None) -> Entry | None:
    """A code column needs known words, or a code that takes the rest."""
    share, has_other = column.known_share(field), "other" in codes_of(field.code_list or "")["code"].to_list()
    if share < 0.5 and not (has_other and column.distinct <= MOST_WORDS):
        return None
    keys = {"from": column.header} | ({"unknown": "other"} if has_other and share < 1 else {})
    words = column.unknown_words(field) if share < 1 else []
    return Entry(keys, "表外取值见下 / words that are in no list" if words else doubt, words)


def _time(plan: Plan, free: dict[str, Profile], wide: dict[str, object]) -> None:
    """When it happened, or the period that a row or a column covers."""
    if plan.feed in ("none", "org"):
        return
    if wide:
        plan.unpivot = {key: str(wide[key]) for key in ("headers", "into")}
        if formats := wide.get("formats"):
            plan.columns[str(wide["into"])] = Entry({"constant": "", "formats": list(formats)})  # type: ignore[call-overload]
        if wide["into"] != "dispute_type_code":
            return
    found = find_time(plan.feed, EVENT.get(plan.feed), free)
    for name, entry in found.items():
        plan.columns[name] = _dated(free[entry.keys["from"]], entry.doubt) or entry if name in EVENT.values() else entry


def _unit(plan: Plan, free: dict[str, Profile], addresses: dict[str, Profile], sample: Sample) -> None:
    """The organisation: a column of units, the district in an address, or the bureau as a whole."""
    if plan.feed in ("none", "org", "annotation"):
        return
    root = ("org", {"level": "city_bureau", **ROOT})
    named = {h for h in free if field_of(h, plan.feed)[0] in ("org_code", "beat_code") or is_organisational(h)}
    units = {h: free[h] for h in free if h in named and h not in plan.used and 0 < free[h].distinct <= MOST_UNITS}
    districts = [h for h, one in addresses.items() if one.tried.str.contains(DISTRICT).mean() or 0 > 0.9]
    full = {header: one for header, one in units.items() if one.is_full} or units
    if not full and districts:
        source = {"from": districts[0], "extract": DISTRICT}
        plan.columns["org_code"] = Entry(source | {"unknown": "register"}, UNITS_DOUBT)
        plan.registers += [root, ("org", {"level": "station", "code": source, "parent": ROOT["code"]})]
        return
    if not full:
        plan.columns["org_code"] = Entry(ROOT["code"] | {"unknown": "register"}, "没有单位列 / no column names a unit")
        plan.registers.append(root)
        return
    fine = max(full, key=lambda header: (full[header].distinct, looks_like_code(full[header])))
    below = [header for header in full if header != fine and determines(sample.rows, fine, header)]
    # Names of units repeat here and there, groups of units are far fewer.
    names = [header for header in below if full[header].distinct >= NAME_SHARE * full[fine].distinct]
    coarse = [header for header in below if header not in names and full[header].distinct > 1]
    name = next((header for header in names if not looks_like_code(full[header])), None)
    parent: str | dict[str, str] = max(coarse, key=lambda h: full[h].distinct) if coarse else ROOT["code"]
    plan.columns["org_code"] = Entry({"from": fine, "unknown": "register"}, UNITS_DOUBT)
    plan.registers.append(root)
    if coarse:
        plan.registers.append(("org", {"level": "station", "code": parent, "parent": ROOT["code"]}))
    block = {"level": "beat" if coarse else "station", "code": fine} | ({"name": name} if name else {})
    plan.registers.append(("org", block | {"parent": parent}))


def _types(plan: Plan, free: dict[str, Profile], sample: Sample) -> None:
    """The type of dispute: the finest column of words, with the one above it as its group."""
    words = {
        header: one
        for header, one in free.items()
        if header not in plan.used
        and 1 <= one.distinct <= MOST_TYPES
        and not one.is_number
        and one.date_style is None
        and one.distinct < max(2, len(one.filled) * 0.9)
    }
    named = [header for header in words if field_of(header, plan.feed)[0] == "dispute_type_code"]
    candidates = named or list(words)
    if not candidates:
        return
    fine = max(candidates, key=lambda header: words[header].distinct)
    field = FEEDS["incident"].field("dispute_type_code")
    assert field is not None
    if words[fine].known_share(field) >= 0.5:
        known = words[fine].known_share(field) == 1
        unknown = words[fine].unknown_words(field)
        entry = Entry({"from": fine}, None if known else "表外类型会被隔离 / other types are set aside", unknown)
        plan.columns["dispute_type_code"] = entry
        return
    doubt = "类型取自文件，建议改用代码表 / types are taken from the file"
    plan.columns["dispute_type_code"] = Entry({"from": fine, "unknown": "register"}, doubt)
    coarse = [
        h for h in words if h != fine and words[h].distinct < words[fine].distinct and determines(sample.rows, fine, h)
    ]
    groups = [h for h in coarse if words[h].distinct > 1]
    if groups:
        group = max(groups, key=lambda header: words[header].distinct)
        plan.registers += [("dispute_type", {"code": group}), ("dispute_type", {"code": fine, "parent": group})]


def _count(plan: Plan, free: dict[str, Profile], wide: dict[str, object]) -> None:
    """The number that a row or cell stands for, where rows are no single records."""
    count = "residents" if plan.feed == "population" else COUNT.get(plan.feed)
    if wide and count:
        plan.unpivot["value"] = count
        return
    is_total = plan.feed in COUNT and EVENT[plan.feed] not in plan.columns
    if count and is_total and count not in plan.columns:
        numbers = [header for header, one in free.items() if one.is_number and header not in plan.used]
        if numbers:
            plan.columns[count] = Entry({"from": numbers[-1]}, "按内容猜测的数量列 / the only numbers left")
    if not is_total and count in plan.columns and plan.feed != "activity" and plan.columns[count].doubt:
        del plan.columns[count]


def _key(plan: Plan, free: dict[str, Profile], sample: Sample) -> None:
    """What identifies a record: a number of its own, the dimensions of a total, or the whole row."""
    if plan.feed == "none" or not isinstance(FEEDS[plan.feed].main_key, str) or plan.feed == "org":
        return
    main = str(FEEDS[plan.feed].main_key)
    count = COUNT.get(plan.feed)
    if plan.unpivot or (count in plan.columns and EVENT[plan.feed] not in plan.columns):
        _total_key(plan, free, sample)
        return
    numbered = [
        h for h in free if field_of(h, plan.feed)[0] == main or re.search(r"id$|编号|編號|number", h.casefold())
    ]
    unique = [h for h in numbered if free[h].is_full and free[h].distinct == len(free[h].cells)]
    if unique:
        source: dict[str, object] = {"from": unique[0]}
        doubt = None
        if free[unique[0]].is_counter:
            doubt = "只是行号，跨文件不唯一 / only counts lines: other files repeat it"
            if "dispute_type_code" in plan.columns:
                source = {"concat": [plan.columns["dispute_type_code"].headers[0], unique[0]], "separator": "-"}
        plan.columns[main] = Entry(source, doubt)
        return
    others = [header for header in sample.table.headers if header not in plan.used]
    plan.columns |= {f"_part{number}": Entry({"from": header}) for number, header in enumerate(others, 1)}
    plan.key = [name for name, entry in plan.columns.items() if entry.headers]
    plan.key_doubt = "没有编号列：以整行为键，重复行只计一次 / no number: the whole row is the key"


def _total_key(plan: Plan, free: dict[str, Profile], sample: Sample) -> None:
    plan.key = [name for name in ("org_code", "dispute_type_code") if name in plan.columns]
    plan.key += ["dispute_type_code"] if plan.unpivot.get("into") == "dispute_type_code" else []
    plan.key.append("period_start")
    told = [h for entry in plan.columns.values() for h in entry.headers if h in free and not free[h].is_number]
    told += [h for name, entry in plan.columns.items() if name.startswith("period") for h in entry.headers]
    more = [h for h, one in free.items() if h not in told and not one.is_number and one.distinct > 1]
    for number, header in enumerate(more, 1):
        if sample.rows.select(list(dict.fromkeys(told))).n_unique() >= 0.99 * sample.rows.height:
            break
        told.append(header)
        plan.columns[f"_part{number}"] = Entry({"from": header}, "区分重复的行 / tells repeated rows apart")
        plan.key.append(f"_part{number}")


def _or_nothing(plan: Plan) -> Plan:
    """A feed cannot do without some fields: what is missing is told, and nothing is loaded until it is given."""
    if plan.feed == "none":
        return plan
    feed = FEEDS[plan.feed]
    if plan.feed == "satisfaction":
        plan.columns.setdefault("survey_code", Entry({"constant": "other"}, "哪一项调查 / which survey"))
    filled = {*plan.columns, *plan.unpivot.values()}
    missing = [
        field.name for field in feed.fields if field.required and field.blank is None and field.name not in filled
    ]
    has_time = filled & {EVENT.get(plan.feed, ""), "period_month", "period_year", "period_start"}
    if plan.feed in EVENT and not has_time:
        missing.append(EVENT[plan.feed])
    if missing:
        told = f"按 {plan.feed} 处理还缺 / as {plan.feed} it lacks: {', '.join(missing)}"
        return Plan(feed="none", personal=plan.personal, doubts=[told])
    return plan
