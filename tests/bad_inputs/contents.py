"""Rows 29 to 32 and 55 to 63 of the catalogue: numbers, characters, file names, persons, codes and scores."""

from __future__ import annotations

from collections.abc import Callable

from tests.bad_inputs.case import HEAD, REPLY, VISIT, WINDOW, Case, Report, csv, good, loaded, reply, visit

PERSON = "欧阳问天"
IDENTITY = "37010219840315291X"
PHONE = "13954172603"
PLATE = "鲁A7K3P9"
CARD = "6222021602009876543"
# What must be nowhere in what is written, and is in the files below.
CANARIES = (PERSON, IDENTITY, PHONE, PLATE, CARD)
STORY = f"{PERSON}（{IDENTITY}，电话{PHONE}）驾{PLATE}，卡号{CARD}"
PEOPLE_HEAD = (*HEAD, "报警人姓名", "联系电话", "身份证号", "简要案情")
SERVICE = ("编号", "日期", "派出所", "工作项目", "数量")
RANKED = ("月份", "派出所", "走访类别", "应访数", "已访数")
UNITS = ("单位代码", "单位名称", "层级")


def households(cell: str) -> Callable[[str], bytes]:
    """One visit with this number of households."""
    return lambda key: csv(visit(key, households=cell), head=VISIT)


def counted(number: int) -> Report:
    return loaded(1, values={"households_count": [number]})


def quantity(cell: str) -> Callable[[str], bytes]:
    return lambda key: csv([f"{key}1", "2025-03-05", "青山派出所", "救助", cell], head=SERVICE)


def rated(*levels: str) -> Callable[[str], bytes]:
    return lambda key: csv(*(reply(key, level, number) for number, level in enumerate(levels, 1)), head=REPLY)


def levels(*expected: int | None) -> Report:
    return loaded(len(expected), values={"level": list(expected)})


def with_outcome(cell: str) -> Callable[[str], bytes]:
    return lambda key: csv(good(key, outcome=cell))


MISPLACED = loaded(1, quarantined={"misplaced_identifier": 1})
BAD_NUMBER = loaded(1, quarantined={"bad_number": 1})
BAD_CODE = loaded(1, quarantined={"bad_code": 1})
NONSENSE = loaded(1, quarantined={"inconsistent": 1})
VISITS, REPLIES, WORK = "走访登记", "满意度回访", "业务工作登记"

CASES = (
    Case(29, "thousands", households('"1,234"'), counted(1234), stem=VISITS),
    Case(29, "wide_thousands", households("1，234"), counted(1234), stem=VISITS),
    Case(29, "unit", households("12户"), counted(12), stem=VISITS),
    Case(29, "unit_with_a_blank", households("12 户次"), counted(12), stem=VISITS),
    Case(29, "trailing_zero", households("12.0"), counted(12), stem=VISITS),
    Case(29, "unknown_unit", households("12头"), BAD_NUMBER, stem=VISITS),
    Case(29, "half", households("12.5"), BAD_NUMBER, stem=VISITS),
    Case(29, "percent", households("96.4%"), BAD_NUMBER, stem=VISITS),
    Case(29, "indian_grouping", households('"12,34"'), BAD_NUMBER, stem=VISITS),
    Case(29, "negative", households("-3"), loaded(1, quarantined={"out_of_range": 1}), stem=VISITS),
    Case(
        29,
        "at_least",
        quantity("120余起"),
        loaded(1, values={"quantity": [120], "qualifier_code": ["at_least"]}),
        stem=WORK,
    ),
    Case(29, "about", quantity("约120起"), BAD_NUMBER, stem=WORK),
    Case(30, "blanks_around", lambda k: csv([f"  {cell} " for cell in good(k)]), loaded(1)),
    Case(30, "wide_blanks", lambda k: csv([f"\u3000{cell}\u3000" for cell in good(k)]), loaded(1)),
    Case(30, "no_break_spaces", lambda k: csv([f"\u00a0{cell}\u2003" for cell in good(k)]), loaded(1)),
    Case(30, "tabs", lambda k: csv([f"\t{cell}\t" for cell in good(k)]), loaded(1)),
    Case(30, "blanks_around_a_count", households(" \u3000 7 \u00a0"), counted(7), stem=VISITS),
    Case(
        31,
        "zero_width_in_a_key",
        lambda k: csv(good(k, id=f"{k}\u200b1")),
        loaded(1, warnings=("invisible_characters: source_key 1",)),
    ),
    Case(
        31,
        "direction_marks_in_a_key",
        lambda k: csv(good(k, id=f"\u202e{k}1\u202c"), good(k, 2)),
        loaded(2, warnings=("invisible_characters: source_key 1",)),
    ),
    Case(
        31,
        "private_use_in_a_key",
        lambda k: csv(good(k, id=f"{k}1\ue000")),
        loaded(1, warnings=("invisible_characters: source_key 1",)),
    ),
    Case(
        31,
        "zero_width_in_unit_and_code",
        lambda k: csv(good(k, org="青山\u200b派出所", outcome="\ufeff调解成功")),
        loaded(1),
    ),
    Case(32, "formula_as_a_key", lambda k: csv(good(k, id=f"=cmd|'/C calc'!{k}1")), loaded(1)),
    Case(32, "signs_as_keys", lambda k: csv(*(good(k, id=f"{sign}{k}{sign}") for sign in "+-@")), loaded(3)),
    Case(32, "formula_as_a_code", with_outcome("=HYPERLINK(1)"), BAD_CODE),
    Case(32, "formula_in_an_unread_column", lambda k: csv([*good(k), "=1+1"], head=(*HEAD, "备注")), loaded(1)),
    Case(55, "parent_folders", lambda k: csv(good(k)), loaded(1), name=f"接处警_..\\..\\x_{WINDOW}.csv"),
    Case(55, "very_long", lambda k: csv(good(k)), loaded(1), name=f"接处警_{'x' * 190}_{WINDOW}.csv"),
    Case(55, "direction_marks", lambda k: csv(good(k)), loaded(1), name=f"接处警_\u202exslx.\u202c_{WINDOW}.csv"),
    Case(55, "reserved", lambda k: csv(good(k)), loaded(1), name=f"CON 接处警_{WINDOW}.csv"),
    Case(55, "markup", lambda k: csv(good(k)), loaded(1), name=f"[bold]接处警[{WINDOW}.csv"),
    Case(55, "control_characters", lambda k: csv(good(k)), loaded(1), name=f"接处警\x1b[2J\n_{WINDOW}.csv"),
    Case(55, "bytes_of_gbk", lambda k: csv(good(k)), loaded(1), name=f"接处警登记_中文_{WINDOW}.csv".encode("gbk")),
    Case(55, "identifiers", lambda k: csv(good(k)), loaded(1), name=f"接处警_{IDENTITY}_{PHONE}_{WINDOW}.csv"),
    Case(
        56,
        "first",
        lambda _: csv(good("JQTWICE"), good("JQTWICE", 2)),
        loaded(2),
        name="接处警登记_一次_20250301-20250331_20250401.csv",
    ),
    Case(
        56,
        "corrected",
        lambda _: csv(good("JQTWICE"), good("JQTWICE", 2, outcome="调解不成")),
        loaded(2, duplicates=1),
        name="接处警登记_更正_20250301-20250331_20250402.csv",
    ),
    Case(
        59,
        "persons_in_columns_and_text",
        lambda k: csv([*good(k), PERSON, PHONE, IDENTITY, f'"{STORY}"'], head=PEOPLE_HEAD),
        loaded(1),
    ),
    Case(59, "identity_as_a_key", lambda k: csv(good(k, id=IDENTITY)), loaded(1)),
    Case(59, "fifteen_digits_as_a_key", lambda k: csv(good(k, id="370102840315291")), loaded(1)),
    Case(
        59,
        "numbers_in_a_note",
        lambda k: csv(
            ["2025-03-02", "", "备注", f"来电{PHONE}，{IDENTITY}"], head=("日期", "单位", "类别", "中文说明")
        ),
        loaded(1, values={"text_zh": ["来电‹phone›，‹id›"]}),
        stem="大事标注",
    ),
    Case(60, "identity_as_a_unit", lambda k: csv(good(k, org=IDENTITY)), MISPLACED),
    Case(60, "phone_as_a_unit", lambda k: csv(good(k, org=f"青山派出所{PHONE}")), MISPLACED),
    Case(60, "phone_as_a_type", lambda k: csv(good(k, type=PHONE)), MISPLACED),
    Case(60, "card_as_an_outcome", with_outcome(CARD), MISPLACED),
    Case(60, "identity_as_a_date", lambda k: csv(good(k, at=IDENTITY)), MISPLACED),
    Case(60, "phone_as_a_count", households(PHONE), MISPLACED, stem=VISITS),
    Case(
        60,
        "identity_in_the_name_of_a_unit",
        lambda k: csv([k, f"河东所{IDENTITY}", "派出所"], head=UNITS),
        MISPLACED,
        stem="机构名录",
    ),
    Case(60, "plate_as_an_outcome", with_outcome(PLATE), MISPLACED),
    Case(61, "unknown", with_outcome("再议"), BAD_CODE),
    Case(
        61,
        "nearly_known",
        with_outcome("调解成功啦"),
        loaded(1, quarantined={"bad_code": 1}, told=("‹5字›≈mediation_success",)),
    ),
    Case(61, "name_in_a_code_column", with_outcome(PERSON), BAD_CODE),
    Case(61, "alias", with_outcome("达成调解协议"), loaded(1, values={"outcome_code": ["mediation_success"]})),
    Case(61, "unit_nobody_knows", lambda k: csv(good(k, org="查无此所")), BAD_CODE),
    Case(
        62, "words", rated("非常满意", "满意", "基本满意", "不满意", "非常不满意"), levels(5, 4, 3, 2, 1), stem=REPLIES
    ),
    Case(62, "numbers", rated("5", "４", "3.0", "2分", "一星"), levels(5, 4, 3, 2, 1), stem=REPLIES),
    Case(62, "not_rated", rated("0", "", "未评", "-", "不清楚"), levels(None, None, None, None, None), stem=REPLIES),
    Case(62, "above_the_scale", rated("6"), BAD_CODE, stem=REPLIES),
    Case(62, "below_the_scale", rated("-1"), BAD_CODE, stem=REPLIES),
    Case(62, "unknown_word", rated("凑合"), BAD_CODE, stem=REPLIES),
    Case(
        63,
        "more_settled_than_found",
        lambda k: csv(visit(k, found="1", settled="3"), head=VISIT),
        NONSENSE,
        stem=VISITS,
    ),
    Case(
        63,
        "more_visited_than_listed",
        lambda k: csv(["2025-03", "青山派出所", "人大代表", "5", "9"], head=RANKED),
        NONSENSE,
        stem="应访名单",
    ),
    Case(
        63,
        "more_resolved_than_received",
        lambda k: csv(
            [f"2010-{int(k[4:7]) % 9 + 1:02d}", "青山派出所", "邻里纠纷", "10", "12"],
            head=("月", "所", "类", "受理", "化解"),
        ),
        NONSENSE,
        stem="月度汇总",
    ),
    Case(
        63,
        "shares_beyond_the_whole",
        lambda k: csv(
            ["2011-01", "青山派出所", "邻里纠纷", "10", "4"],
            ["2011-02", "青山派出所", "邻里纠纷", "10", "10"],
            head=("月", "所", "类", "受理", "化解"),
        ),
        loaded(2),
        stem="月度汇总",
    ),
)
