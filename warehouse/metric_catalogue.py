"""The registry as a document for people: renders docs/metrics.md, in both languages, from `warehouse.metrics`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from hashlib import sha256

from warehouse.dimensions import DIMENSIONS
from warehouse.metric_definition import Metric, Texts
from warehouse.metrics import METRICS
from warehouse.reference import codes_of
from warehouse.sentence_texts import read_texts

_T = Texts
COMMAND = "python -m warehouse.metric_catalogue > docs/metrics.md"

# What the words of a declaration mean to people; a test holds each list against the type of the field.
KINDS = {
    "additive": _T("可加总的数：各单位、各时段相加", "a sum over units and time"),
    "ratio": _T("比率：先分别求和，再相除", "a ratio: a sum divided by a sum"),
    "stock": _T(
        "存量：期末那一天的数，各单位相加、跨时段不加", "a stock on the last day: summed over units, not over time"
    ),
    "semi_additive": _T(
        "半可加比率：各单位相加，跨时段取最后一个整月", "a ratio summed over units, over time the last month"
    ),
    "quantile": _T("分位数：由逐分钟的件数直接算出", "a quantile, from counts per minute"),
    "survival": _T("生存分析：未结案的按删失处理", "from a survival curve, open cases censored"),
}
DATE_ROLES = {
    "received": _T("接警日期", "day received"),
    "closed": _T("结案日期", "day closed"),
    "held": _T("调解日期", "day held"),
    "visited": _T("走访日期", "day visited"),
    "invited": _T("邀请日期", "day invited"),
    "done": _T("办理日期", "day done"),
    "listed": _T("名单所属月份", "month of the list"),
}
DIRECTIONS = {
    "lower_better": _T("越低越好", "lower is better"),
    "higher_better": _T("越高越好", "higher is better"),
    "neutral": _T("无好坏之分", "neither is better"),
}
INTERVALS = {
    "poisson": _T(
        "泊松精确区间（按有效计数）；起数之比用条件精确法，率之差用 MOVER 法",
        "exact Poisson, of effective counts; of two counts exact conditional, of two rates MOVER",
    ),
    "wilson": _T("威尔逊区间；差用 Newcombe 法", "Wilson; of a difference Newcombe"),
    "order_statistic": _T("次序统计量区间；差用 MOVER 法", "order statistics; of a difference MOVER"),
    "kaplan_meier": _T("Kaplan–Meier 双重对数带；差用 MOVER 法", "Kaplan-Meier, log(-log) band; of a difference MOVER"),
    "none": _T("无", "none"),
}
GRAINS = {"day": _T("任意起止日", "any days"), "month": _T("整月", "whole months")}
FRACTION = _T("占比（0—1，显示为百分数）", "a share, 0..1, shown as a percentage")
# So rare a thing that no base is large enough for a percentage.
NEVER = 1_000_000
HEAD = """# 指标目录 / Metrics

本文由注册表生成，请勿手改；改 `warehouse/metric_*.py` 后重新生成：

Generated from the registry; do not edit. Change `warehouse/metric_*.py` and write it anew:

```sh
{command}
```

页面、导出、SQL、命令行用的都是这里的定义。怎样比较、何时算变化，见 [methods.md](methods.md)。

Pages, exports, SQL and shell use these definitions and no others. How figures are compared, and when a change is
called one: [methods.md](methods.md).

- 每个指标都有一个 SQL 宏：起止日均含在内；第三个参数是维度名，`null` 为合计一行。
  Every metric is a macro in SQL: both days are included; the third argument is a dimension, or `null` for one row in
  all. Columns: `by_key`, `numerator`, `denominator`, `value`.
- 比率为 0—1 的小数。警务区只有按月的起数和走访次数。
  Rates are fractions 0..1. A beat has monthly counts of incidents and visits, and nothing else.
- 所选范围内从未报送的，是“尚未报送”，不是 0。
  What no source delivers is "not delivered", never 0.
"""


def render() -> str:
    """All of docs/metrics.md."""
    feeds = list(dict.fromkeys(metric.feed for metric in METRICS.values()))
    sections = [_contents(feeds)]
    for feed in feeds:
        text = feed_text(feed)
        metrics = "\n\n".join(_entry(metric) for metric in _of(feed))
        sections.append(f"## {text.zh} / {text.en}\n\n{metrics}")
    return "\n\n".join([HEAD.format(command=COMMAND).strip(), *sections]) + "\n"


def feed_text(feed: str) -> Texts:
    """What a feed is called."""
    return next(_T(zh, en) for code, zh, en in codes_of("feed").select("code", "zh", "en").iter_rows() if code == feed)


def unit_text(metric: Metric) -> Texts:
    """What a metric counts in."""
    if metric.unit == "fraction":
        return FRACTION
    words = read_texts()[f"unit.{metric.unit}"]
    return _T(words["zh"], words["en"])


def smallest_text(metric: Metric) -> Texts:
    """From when on a change is put in percent, or a rate is given."""
    n = metric.smallest_n
    if metric.kind in ("quantile", "survival"):
        return _T(f"不足 {n} 起的不给数", f"no figure of fewer than {n} cases")
    if not metric.is_count:
        return _T(f"分母不足 {n} 的不给比率，只列分子、分母", f"no rate of a denominator under {n}, only its parts")
    if n >= NEVER:
        return _T("只说起数，从不计百分比", "told in counts, never in percent")
    return _T(f"基数不足 {n} 的不计百分比", f"no percentage of a base under {n}")


def maturity_text(metric: Metric) -> Texts:
    """When a number stands still."""
    if metric.follow_up_days:
        days = metric.follow_up_days
        return _T(f"只计已观察满 {days} 天的", f"counts only what has been followed up for {days} days")
    if not metric.maturity_days:
        return _T("无需等待", "none needed")
    days, extras = metric.maturity_days, dict(metric.extras)
    zh, en = f"期末满 {days} 天前标“未成熟”", f"flagged immature until {days} days after the period"
    if "closed" in extras:
        zh, en = f"{zh}，已有九成结案的除外", f"{en}, unless nine in ten are closed"
    return _T(zh, en)


def _contents(feeds: Iterable[str]) -> str:
    """Every metric by feed, with a link."""
    lines = ["## 目录 / Contents"]
    for feed in feeds:
        text = feed_text(feed)
        lines.append(f"### {text.zh} / {text.en} (`{feed}`)")
        links = [f"- [`{metric.id}`](#{metric.id}) {metric.name.zh} · {metric.name.en}" for metric in _of(feed)]
        lines.append("\n".join(links))
    return "\n\n".join(lines)


def _entry(metric: Metric) -> str:
    name = _T("名称", "name"), _T(f"**{metric.name.zh}**", f"**{metric.name.en}**")
    rows = "\n".join(f"| {label.zh} {label.en} | {text.zh} | {text.en} |" for label, text in [name, *facts_of(metric)])
    call = call_of(metric, date(2026, 1, 1), date(2026, 3, 31))
    return f"### `{metric.id}`\n\n| | 中文 | English |\n|---|---|---|\n{rows}\n\n```sql\n{call}\n```"


def call_of(metric: Metric, start: date, end: date) -> str:
    """The macro call of a metric for these days, by station where it can be split so."""
    dimension = "'station'" if "station" in metric.dimensions else "null"
    return f"select * from metric.{metric.id}(date '{start}', date '{end}', {dimension});"


def version_of(metric: Metric) -> str:
    """Eight signs that change whenever a definition does: what it counts, of what, by which day, and how it is said."""
    counted = (metric.id, metric.formula, metric.relation, metric.kind, metric.date_role, metric.numerator)
    narrowed = (metric.denominator, metric.condition, metric.extras, metric.at_least, metric.scale, metric.quantile)
    settled = (metric.smallest_n, metric.maturity_days, metric.follow_up_days)
    return sha256(repr((counted, narrowed, settled)).encode()).hexdigest()[:8]


def facts_of(metric: Metric) -> Iterator[tuple[Texts, Texts]]:
    """What is to be known of a metric, by its label."""
    yield _T("公式", "formula"), metric.formula
    yield _T("用途", "why"), metric.why
    yield _T("种类", "kind"), KINDS[metric.kind]
    yield _T("数据、日期", "feed, date"), _pair(feed_text(metric.feed), DATE_ROLES[metric.date_role])
    yield _T("单位、方向", "unit, direction"), _pair(unit_text(metric), DIRECTIONS[metric.direction])
    yield _T("区间", "interval"), INTERVALS[metric.interval]
    yield _T("小样本", "small numbers"), smallest_text(metric)
    yield _T("成熟期", "maturity"), maturity_text(metric)
    yield _T("时段", "grains"), _joined(GRAINS[grain] for grain in metric.grains)
    dimensions = [one for name, one in DIMENSIONS.items() if name in metric.dimensions]
    yield _T("维度", "dimensions"), _joined(_T(f"{one.text.zh} `{one.name}`", one.text.en) for one in dimensions)
    yield _T("负责", "owner"), metric.owner


def _pair(first: Texts, second: Texts) -> Texts:
    return _T(f"{first.zh}；{second.zh}", f"{first.en}; {second.en}")


def _joined(texts: Iterable[Texts]) -> Texts:
    """A list of words in both languages."""
    chosen = list(texts)
    return _T("、".join(text.zh for text in chosen), ", ".join(text.en for text in chosen))


def _of(feed: str) -> list[Metric]:
    return [metric for metric in METRICS.values() if metric.feed == feed]


if __name__ == "__main__":
    print(render(), end="")
