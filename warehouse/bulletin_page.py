"""The bulletin as one printable HTML file: no script, no request, everything escaped, every figure marked."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path

import duckdb

from warehouse.bulletin import SATISFACTION, UNITS_NAMED, Bulletin, Delivery, Figure, Split, read_bulletin
from warehouse.bulletin_inquiry import Inquiry
from warehouse.bulletin_lines import draw_line
from warehouse.bulletin_marks import Html, fact, figure, fixed, mark, metric_text, phrase, tag, where_text
from warehouse.bulletin_signals import Signal, Signals
from warehouse.cell_words import format_notes
from warehouse.comparison import read_facts
from warehouse.facts import Facts
from warehouse.finding import find
from warehouse.metric_definition import Metric
from warehouse.reference import Language

STYLE = Path(__file__).with_name("bulletin.css")
COLUMNS = ("value", "base", "change", "interval", "verdict")
# Counts of one unit, which the caption names.
SPLIT_FIELDS = ("count", "base_count", "change", "interval", "verdict")
# From so many figures on, the first page is full and the tables begin on the second.
FULL_PAGE = 8


@cache
def page_version() -> str:
    """Which program writes this page: its own modules, texts and style, by their content."""
    folder = Path(__file__).parent
    parts = [path.read_bytes() for path in sorted(folder.glob("bulletin*")) if path.is_file()]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:12]


@cache
def style() -> str:
    """The one style of every bulletin."""
    return STYLE.read_text(encoding="utf-8")


def build_bulletin(
    source: duckdb.DuckDBPyConnection | Facts,
    *,
    period: str = "latest-month",
    where: Mapping[str, tuple[str, ...]] | None = None,
    language: Language = "zh",
    is_public: bool = False,
    is_demo: bool = False,
) -> str:
    """The HTML of a bulletin, unchecked: `check_bulletin` says whether it reproduces.

    Raises BadPeriod for a period that cannot be read or begins after the data, NotAsked for a filter that there is not.
    """
    facts = source if isinstance(source, Facts) else read_facts(source)
    return write_page(
        read_bulletin(facts, period=period, where=where, language=language, is_public=is_public, is_demo=is_demo)
    )


def write_page(bulletin: Bulletin) -> str:
    """The whole HTML text of a bulletin."""
    inquiry = bulletin.inquiry
    about = {
        "data-bulletin": page_version(),
        "data-generation": inquiry.generation[0],
        "data-period": inquiry.period,
        "data-where": where_text(inquiry.where),
        "data-public": "yes" if inquiry.is_public else "no",
        "data-demo": "yes" if bulletin.is_demo else "no",
    }
    body = tag("body", about, _lines((_header(bulletin), *_sections(bulletin), _footer(bulletin))))
    title = mark(inquiry, {"data-fact": "title"}, "title")
    language = "zh-CN" if inquiry.language == "zh" else "en"
    head = (
        '<meta charset="utf-8">\n<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"{title}\n<style>\n{style()}</style>"
    )
    return f'<!DOCTYPE html>\n<html lang="{language}">\n<head>\n{head}\n</head>\n{body}\n</html>\n'


def _lines(parts: Iterable[str]) -> Html:
    return Html("\n".join(part for part in parts if part))


def _element(name: str, inner: str, kind: str = "") -> Html:
    return tag(name, {"class": kind} if kind else {}, Html(inner))


def _header(bulletin: Bulletin) -> Html:
    inquiry = bulletin.inquiry
    badges = [_element("span", fixed(inquiry, "title.public" if inquiry.is_public else "title.internal"), "badge")]
    if bulletin.is_demo:
        badges.insert(0, _element("span", fixed(inquiry, "title.demo"), "badge demo"))
    is_month = inquiry.window is not None and inquiry.window.kind == "month"
    lines = [
        _element("div", "".join(badges), "badges"),
        _element("p", fact(inquiry, "unit"), "unit"),
        _element("h1", fixed(inquiry, "title.month" if is_month else "title.other")),
    ]
    if inquiry.window:
        lines.append(_element("p", fact(inquiry, "period"), "period"))
        joiner = " · "
        until = phrase(inquiry, "title.until", day=fact(inquiry, "until"))
        lines.append(_element("p", until + joiner + fixed(inquiry, "title.compared"), "fresh"))
    return _element("header", _lines(lines))


def _sections(bulletin: Bulletin) -> Iterable[Html]:
    inquiry = bulletin.inquiry
    if inquiry.window is None:
        yield _element("p", fixed(inquiry, "title.empty"))
        return
    yield _section(inquiry, "answers", _answers(bulletin))
    yield _section(inquiry, "charts", _charts(bulletin))
    yield _section(inquiry, "figures", _figures(bulletin))
    # Two columns of about the same height.
    left = (
        _section(inquiry, "types", _split(inquiry, "types", bulletin.types)),
        _section(inquiry, "signals", _signals(inquiry, bulletin.signals)),
        _section(inquiry, "limits", _limits(bulletin)),
    )
    right = (
        _section(inquiry, "units", _split(inquiry, "units", bulletin.units)),
        _section(inquiry, "deliveries", _deliveries(bulletin)),
    )
    columns = _lines(_element("div", _lines(column)) for column in (left, right))
    yield _element("div", columns, "pair second" if len(bulletin.figures) >= FULL_PAGE else "pair")
    yield _section(inquiry, "notes", _definitions(bulletin))


def _section(inquiry: Inquiry, name: str, inner: str) -> Html:
    return (
        _element("section", _lines((_element("h2", fixed(inquiry, f"section.{name}")), inner))) if inner else Html("")
    )


def _answers(bulletin: Bulletin) -> Html:
    inquiry = bulletin.inquiry
    items = (_element("li", _answer(bulletin, one)) for one in bulletin.answers)
    return _element("ul", _lines(items), "answers") if bulletin.answers else Html("")


def _answer(bulletin: Bulletin, one: Figure) -> Html:
    """The sentence of a figure; of satisfaction also what those who did not answer might change."""
    inquiry = bulletin.inquiry
    sentence = _field(inquiry, one, "sentence")
    if one.metric.id != SATISFACTION or len(bulletin.bounds) < 2:
        return sentence
    low, high = (_field(inquiry, bound, "value") for bound in bulletin.bounds)
    return _lines((sentence, phrase(inquiry, "row.bounds", low=low, high=high)))


def _field(inquiry: Inquiry, one: Figure, field: str) -> Html:
    return figure(inquiry, one.row, one.period, field)


def _charts(bulletin: Bulletin) -> Html:
    inquiry = bulletin.inquiry
    drawn = [months for months in bulletin.lines if months.rows]
    figures = (
        _element(
            "figure",
            _element("h3", metric_text(inquiry, months.metric.id, "name"))
            + draw_line(inquiry, months.metric.id, months.period),
        )
        for months in drawn
    )
    parts = [_element("div", _lines(figures), "lines"), _element("p", fixed(inquiry, "caption.lines"), "small")]
    if len(drawn) < len(bulletin.lines):
        parts.append(_element("p", fixed(inquiry, "limits.lines_withheld"), "small"))
    return _lines(parts if drawn else parts[2:])


def _table(inquiry: Inquiry, name: str, columns: Sequence[str], rows: Iterable[Html], period: str = "") -> Html:
    heads = (
        tag(
            "th",
            {"scope": "col"} | ({"class": "words"} if column == "verdict" else {}),
            fixed(inquiry, f"column.{column}"),
        )
        for column in columns
    )
    head = _element("thead", _element("tr", "".join(heads)))
    caption = _element("caption", period + fixed(inquiry, f"caption.{name}"))
    table = _element("table", _lines((caption, head, _element("tbody", _lines(rows)))), name)
    return _element("div", table, "wide")


def _row(head: str, cells: Iterable[tuple[Html, str]]) -> Html:
    first = tag("th", {"scope": "row"}, Html(head))
    return _element("tr", first + "".join(_element("td", cell, kind) for cell, kind in cells))


def _cells(inquiry: Inquiry, one: Figure, fields: Sequence[str] = COLUMNS) -> Iterable[tuple[Html, str]]:
    kinds = {"value": "value nowrap", "count": "value nowrap", "base": "nowrap", "base_count": "nowrap"}
    kinds |= {"verdict": f"words verdict {role_of(one)}", "change": f"nowrap loose {role_of(one)}"}
    kinds |= {"interval": "nowrap loose fine ordinary"}
    return ((_field(inquiry, one, name), kinds[name]) for name in fields)


def role_of(one: Figure) -> str:
    """Colour only for a real change of a measure that is good or bad; ink for a real one of a measure that is not."""
    finding = find(one.row, one.metric)
    if finding.case not in ("up", "down") or finding.change is None:
        return "ordinary"
    if one.metric.direction == "neutral":
        return "ink"
    return "better" if (finding.case == "up") == (one.metric.direction == "higher_better") else "attention"


def _figures(bulletin: Bulletin) -> Html:
    inquiry = bulletin.inquiry
    if not bulletin.figures:
        return Html("")
    rows = (_row(_name(inquiry, one) + _note(inquiry, one), _cells(inquiry, one)) for one in bulletin.figures)
    return _table(inquiry, "figures", ("name", *COLUMNS), rows)


def _note(inquiry: Inquiry, one: Figure) -> str:
    """What a reader must know beside the figure, below its name."""
    if not format_notes(one.row, one.metric, inquiry.language):
        return ""
    return _element("div", _field(inquiry, one, "notes"), "note")


def _name(inquiry: Inquiry, one: Figure) -> Html:
    """The metric, with the month where it is not the bulletin's own."""
    name = metric_text(inquiry, one.metric.id, "name")
    if one.period == inquiry.period:
        return name
    return phrase(inquiry, "row.at_period", name=name, period=_field(inquiry, one, "period"))


def _split(inquiry: Inquiry, name: str, split: Split | None) -> Html:
    if split is None:
        return Html("")
    if not split.figures:
        return _element("p", phrase(inquiry, "row.too_many", n=fact(inquiry, "rows", split=name, part="total")))
    rows = (_row(_field(inquiry, one, "key"), _cells(inquiry, one, SPLIT_FIELDS)) for one in split.figures)
    one = split.figures[0]
    period = ""
    if one.period != inquiry.period:
        period = phrase(inquiry, "row.period", period=_field(inquiry, one, "period"))
    table = _table(inquiry, name, (name.removesuffix("s"), *COLUMNS), rows, period)
    if not split.omitted:
        return table
    n = fact(inquiry, "rows", split=name, part="omitted")
    return _lines((table, _element("p", phrase(inquiry, "row.omitted", n=n), "small")))


def _signals(inquiry: Inquiry, signals: Signals) -> Html:
    def part(name: str) -> Html:
        return fact(inquiry, "signal", part=name)

    if signals.state in ("nothing", "not_for_selection"):
        return _element("p", fixed(inquiry, f"signals.{signals.state}"))
    counts = {"judged": part("judged"), "alarms": part("alarms"), "chance": part("chance")}
    lines = [_element("p", phrase(inquiry, f"signals.{signals.state}", month=part("month"), **counts))]
    if inquiry.is_public:
        lines.append(_element("p", fixed(inquiry, "signals.withheld"), "small"))
    if signals.listed:
        columns = ("series", "observed", "expected", "bound")
        lines.append(_table(inquiry, "signals", columns, (_signal(inquiry, one) for one in signals.listed)))
    return _lines(lines)


def _signal(inquiry: Inquiry, signal: Signal) -> Html:
    name = fact(inquiry, "name", dimension="station", key=signal.org or "")
    if signal.kind is not None:
        kind = fact(inquiry, "name", dimension="dispute_type", key=signal.kind)
        name = phrase(inquiry, "signals.of_type", organisation=name, kind=kind)
    elif signal.is_total:
        name = phrase(inquiry, "signals.total", organisation=name)
    parts = ("observed", "expected", "bound")
    return _row(name, ((fact(inquiry, "signal", part=part, key=signal.key), "nowrap") for part in parts))


def _deliveries(bulletin: Bulletin) -> Html:
    inquiry = bulletin.inquiry
    rows = (
        _row(
            fact(inquiry, "feed", feed=one.feed),
            (
                (fact(inquiry, "until", feed=one.feed), "nowrap"),
                (fact(inquiry, "units", feed=one.feed, part="due"), ""),
                (fact(inquiry, "units", feed=one.feed, part="full"), "attention" if one.lacking else ""),
            ),
        )
        for one in bulletin.deliveries
    )
    return _table(inquiry, "deliveries", ("feed", "until", "due", "full"), rows)


def _limits(bulletin: Bulletin) -> Html:
    inquiry = bulletin.inquiry
    items = [
        phrase(inquiry, f"limits.{reason}", names=_names(inquiry, metrics))
        for reason, metrics in bulletin.missing.items()
    ]
    if bulletin.feeds_missing:
        feeds = (fact(inquiry, "feed", feed=feed) for feed in bulletin.feeds_missing)
        items.append(phrase(inquiry, "limits.feeds", names=_joined(inquiry, feeds)))
    items += [_lacking(inquiry, one) for one in bulletin.deliveries if one.lacking]
    if bulletin.not_compared:
        reasons = (_reason(inquiry, one) for one in bulletin.not_compared)
        items.insert(0, phrase(inquiry, "limits.not_compared", names=_joined(inquiry, reasons, "row.clause")))
    elif bulletin.figures:
        items.insert(0, fixed(inquiry, "limits.all_compared"))
    if inquiry.is_public:
        items.append(fixed(inquiry, "limits.withheld"))
    return _element("ul", _lines(_element("li", item) for item in items), "limits")


def _reason(inquiry: Inquiry, one: Figure) -> Html:
    """Which figure is not compared, and why: its flags, or the verdict where no flag says it."""
    has_reason = find(one.row, one.metric).case == "not_comparable" and format_notes(
        one.row, one.metric, inquiry.language
    )
    field = "notes" if has_reason else "verdict"
    return phrase(inquiry, "row.named", name=_name(inquiry, one), what=_field(inquiry, one, field))


def _names(inquiry: Inquiry, metrics: Iterable[Metric]) -> Html:
    return _joined(inquiry, (metric_text(inquiry, metric.id, "name") for metric in metrics))


def _joined(inquiry: Inquiry, parts: Iterable[Html], key: str = "title.joiner") -> Html:
    return Html(fixed(inquiry, key).join(parts))


def _lacking(inquiry: Inquiry, one: Delivery) -> Html:
    named = (fact(inquiry, "name", dimension="station", key=code) for code in one.lacking[:UNITS_NAMED])
    parts: Mapping[str, Html] = {
        "feed": fact(inquiry, "feed", feed=one.feed),
        "names": _joined(inquiry, named),
        "n": fact(inquiry, "units", feed=one.feed, part="lacking"),
    }
    return phrase(inquiry, "limits.lacking_more" if len(one.lacking) > UNITS_NAMED else "limits.lacking", **parts)


def _definitions(bulletin: Bulletin) -> Html:
    inquiry = bulletin.inquiry
    items = (
        _element(
            "div",
            _element("dt", metric_text(inquiry, one.metric.id, "name"))
            + _element("dd", phrase(inquiry, "row.defined", formula=metric_text(inquiry, one.metric.id, "formula"))),
        )
        for one in (*bulletin.figures, *bulletin.bounds)
    )
    return _element("dl", _lines(items)) if bulletin.figures else Html("")


def _footer(bulletin: Bulletin) -> Html:
    inquiry = bulletin.inquiry
    source = phrase(
        inquiry,
        "method.source",
        generation=fact(inquiry, "generation"),
        built=fact(inquiry, "built"),
        version=fact(inquiry, "version"),
    )
    lines = [_element("p", fixed(inquiry, "method.compared")), _element("p", source)]
    if bulletin.is_demo:
        lines.insert(0, _element("p", fixed(inquiry, "title.demo_long"), "attention"))
    return _element("footer", _lines(lines))
