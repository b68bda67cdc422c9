"""What the allowed statements must answer, worked out in plain Python from the formulas of the tables."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from statistics import mean, median
from typing import Any

from tests.warehouse.sandbox.analyst import DAYS, DISPUTES, FIRST, KINDS, VISITS, score

Rows = list[tuple[Any, ...]]
STATIONS = [f"S{number}" for number in range(7)]
EACH_DAY = DISPUTES // DAYS


def _months() -> dict[date, int]:
    """Days of each month that the tables have."""
    days = (FIRST + timedelta(days=number) for number in range(DAYS))
    return dict(Counter(day.replace(day=1) for day in days))


def _year_over_year() -> Rows:
    counts = {month: EACH_DAY * days for month, days in _months().items()}
    rows: Rows = []
    for month, count in counts.items():
        last = counts.get(month.replace(year=month.year - 1))
        rows.append((datetime(month.year, month.month, 1), count, last, count / last - 1 if last else None))
    return rows


def _joined() -> Rows:
    scores = defaultdict(list)
    for number in range(VISITS):
        if KINDS[number % 3] == "债务":
            scores[f"S{number % 7}"].append(score(number))
    return [(station, float(mean(scores[station])), len(scores[station])) for station in STATIONS]


def _average_scores() -> Rows:
    scores = defaultdict(list)
    for number in range(VISITS):
        scores[f"S{number % 7}"].append(score(number))
    return [(station, float(mean(values))) for station, values in scores.items()]


def _pivot(kinds: Iterable[str]) -> Rows:
    counts = Counter((number % 7, KINDS[number % 3]) for number in range(DISPUTES))
    return [(f"S{station}", *(counts[station, kind] for kind in kinds)) for station in range(7)]


def _by_year() -> Rows:
    counts = Counter((FIRST + timedelta(days=number % DAYS)).year for number in range(0, DISPUTES, 7))
    return [("S0", *(counts[year] for year in sorted(counts)))]


def _visit(number: int) -> tuple[Any, ...]:
    return number, FIRST + timedelta(days=number % DAYS), f"S{number % 7}", score(number)


def _described() -> Rows:
    return [
        (name, kind, "YES", None, None, None)
        for name, kind in (("id", "BIGINT"), ("d", "DATE"), ("station", "VARCHAR"), ("score", "BIGINT"))
    ]


def _pivoted_twice() -> Rows:
    """Station S0 of visits 0 to 9 holds visits 0 and 7: scores 1 and 3."""
    counted = {score(number): number for number in (0, 7)}
    return [("S0", *(cell for value in range(1, 6) for cell in (int(value in counted), counted.get(value))))]


# Statement -> rows; where the order is not the statement's own, both sides are sorted.
KNOWN: dict[str, Callable[[], Rows]] = {
    "ok_yoy": _year_over_year,
    "ok_join": _joined,
    "ok_trailing_semicolon": lambda: [(1,)],
    "ok_trailing_comment": lambda: [(1,)],
    "ok_leading_comment": lambda: [(1,)],
    "ok_from_first": _average_scores,
    "ok_pivot": lambda: _pivot(sorted(KINDS)),
    "ok_pivot_static": lambda: _pivot(("家庭", "邻里")),
    "ok_describe": _described,
    "ok_show_tables": lambda: [("dispute",), ("v_station",), ("visit",)],
    "ok_union": lambda: [(1,), (2,)],
    "ok_strftime": lambda: [
        (f"{month.year}年{month.month:02}月", VISITS // DAYS * days) for month, days in _months().items()
    ],
    "ok_values": lambda: [(1,), (2,)],
    "ok_list": lambda: [(sorted(KINDS),)],
    "ok_asof": lambda: [(100,)],
    "md_version": lambda: [("v2.0.0",)],
    "ms_bom": lambda: [(1,)],
    "ms_fullwidth_in_string": lambda: [("城关，城东",)],
    "ms_bidi": lambda: [(1, 2)],
    "ms_surrogate": lambda: [("\\ud800",)],
    "cr_inf_date": lambda: [("infinity", "infinity", "5877642-06-25 (BC)")],
    "cr_map_union": lambda: [({"a": 1}, 1, (1,), {"x": None})],
    "cr_enum": lambda: [("a",)],
    "cr_variant": lambda: [({"a": [1, 2]},)],
    "y_function_chain": lambda: [("AB",)],
    "y_method_of_column": lambda: [("s0",)],
    "y_three_part_name": lambda: [(VISITS,)],
    "y_other_case": lambda: [(VISITS,)],
    "y_quoted_name": lambda: [(VISITS,)],
    "y_without_schema": lambda: [(VISITS,)],
    "y_table_statement": lambda: [(station,) for station in STATIONS],
    "y_macro": lambda: [(42,)],
    "y_table_macro": lambda: [_visit(0), _visit(1)],
    "y_macro_without_schema": lambda: [(8,)],
    "y_cte_shadows_table": lambda: [(1,)],
    "y_recursive": lambda: [(55,)],
    "y_using_key": lambda: [(1, 0)],
    "y_lateral": lambda: [(0, 1), (1, 2)],
    "y_semi_join": lambda: [(VISITS,)],
    "y_positional": lambda: [(1, 3), (2, 4)],
    "y_unpivot": lambda: [("a", 1), ("b", 2)],
    "y_columns": lambda: [(0, 1)],
    "y_exclude": lambda: [(3, 4)],
    "y_replace": lambda: [(*_visit(3)[:3], 40)],
    "y_rename": lambda: [_visit(3)],
    "y_qualify": lambda: [(9,)],
    "y_grouping_sets": lambda: [*((value, VISITS // 5, 0) for value in range(1, 6)), (None, VISITS, 1)],
    "y_filter": lambda: [(DISPUTES // 2,)],
    "y_lambda": lambda: [([2, 4, 6], [2, 3])],
    "y_comprehension": lambda: [([1, 9],)],
    "y_struct": lambda: [({"a": 1, "b": "x"}, 1)],
    "y_json": lambda: [("2", "v")],
    "y_regex": lambda: [("12",)],
    "y_try_cast": lambda: [(None, None)],
    "y_interval": lambda: [(datetime(2023, 2, 28),)],
    "y_dollar_quoted": lambda: [("a;b",)],
    "y_semicolon_in_string": lambda: [(";drop",)],
    "y_window": lambda: [(0, 1), (1, 3), (2, 5)],
    "y_statistics": lambda: [(median(score(number) for number in range(100)), 2.0, 1)],
    "y_approximate": lambda: [(True,)],
    "y_sample": lambda: [(10,)],
    "y_union_by_name": lambda: [(1, None), (None, 2)],
    "y_distinct_on": lambda: [(value, value - 1) for value in range(1, 6)],
    "y_generate_series": lambda: [([1, 2, 3],)],
    "y_unnest": lambda: [(1,), (2,)],
    "y_unnest_ordinality": lambda: [("a", 1), ("b", 2)],
    "y_describe_query": lambda: [
        ("a", "INTEGER", "YES", None, None, None),
        ("b", "VARCHAR", "YES", None, None, None),
    ],
    "y_describe_nested": lambda: [("id",), ("d",), ("station",), ("score",)],
    "y_summarize_query": lambda: [("score", "1", "5")],
    "y_show_from": lambda: [("dispute",), ("v_station",), ("visit",)],
    "y_pivot_two": _pivoted_twice,
    # Visits 0 to 5 by all that is not pivoted and not summed: day and station.
    "y_pivot_cte": lambda: [
        (*_visit(number)[1:3], *(number if score(number) == value else None for value in range(1, 6)))
        for number in range(6)
    ],
    "y_pivot_expression": _by_year,
    "y_pivot_list": lambda: [
        ("S0", *(sum(score(number) == value for number in range(0, VISITS, 7)) for value in (1, 2)))
    ],
    "y_chinese_alias": lambda: [(len(range(1, VISITS, 7)),)],
    "y_duplicate_names": lambda: [(1, 2)],
    "y_big_sum": lambda: [(DISPUTES * (DISPUTES - 1) // 2,)],
    "y_map_of_lists": lambda: [({"a": [1, 2]},)],
    "y_nothing": list,
    "y_nested_null": lambda: [([None, 1], {"a": None}, None)],
    "y_tuple": lambda: [((1, 2),)],
}
# Statement -> what holds of its rows, where they are not the same each time or say more than is worked out here.
CHECKED: dict[str, Callable[[Rows], bool]] = {
    "ok_summarize": lambda rows: (
        [row[:4] for row in rows]
        == [
            ("id", "BIGINT", "0", str(VISITS - 1)),
            ("d", "DATE", str(FIRST), str(FIRST + timedelta(days=DAYS - 1))),
            ("station", "VARCHAR", "S0", "S6"),
            ("score", "BIGINT", "1", "5"),
        ]
        and {row[10:] for row in rows} == {(VISITS, Decimal("0.00"))}
    ),
    "cr_nan": lambda rows: rows[0][0] != rows[0][0] and rows[0][1] == float("inf"),
    "cr_random": lambda rows: 0 <= rows[0][0] < 1,
    "y_explain": lambda rows: rows[0][0] == "physical_plan" and "visit" in rows[0][1],
}
UNORDERED = {"ok_from_first", "ok_pivot", "ok_pivot_static", "ok_strftime", "ok_values", "ok_union", "y_pivot_cte"}
