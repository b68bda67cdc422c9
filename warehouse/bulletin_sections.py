"""The sections of the bulletin, in their order: what happened, where, and what cannot be said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from warehouse.bulletin import JUDGED, SATISFACTION, UNITS_NAMED, Bulletin, Delivery, Figure, Split
from warehouse.bulletin_inquiry import Inquiry
from warehouse.bulletin_lines import draw_line
from warehouse.bulletin_marks import Html, element, fact, fixed, lines, metric_text, phrase
from warehouse.bulletin_signals import Signal, Signals
from warehouse.bulletin_tables import COLUMNS, SPLIT_FIELDS, cells, field, name_of, note_below, row, table
from warehouse.cell_words import format_notes
from warehouse.finding import find
from warehouse.metric_definition import Metric

# From so many figures on, the first page is full and the tables begin on the second.
FULL_PAGE = 8


def sections(bulletin: Bulletin) -> Iterable[Html]:
    inquiry = bulletin.inquiry
    if inquiry.window is None:
        yield element("p", fixed(inquiry, "title.empty"))
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
        _section(inquiry, "units", lines((_split(inquiry, "units", bulletin.units), _funnel(bulletin)))),
        _section(inquiry, "deliveries", _deliveries(bulletin)),
    )
    columns = lines(element("div", lines(column)) for column in (left, right))
    yield element("div", columns, "pair second" if len(bulletin.figures) >= FULL_PAGE else "pair")
    yield _section(inquiry, "notes", _definitions(bulletin))


def _section(inquiry: Inquiry, name: str, inner: str) -> Html:
    return element("section", lines((element("h2", fixed(inquiry, f"section.{name}")), inner))) if inner else Html("")


def _answers(bulletin: Bulletin) -> Html:
    items = (element("li", _answer(bulletin, one)) for one in bulletin.answers)
    return element("ul", lines(items), "answers") if bulletin.answers else Html("")


def _answer(bulletin: Bulletin, one: Figure) -> Html:
    """The sentence of a figure; of satisfaction also what those who did not answer might change."""
    inquiry = bulletin.inquiry
    sentence = field(inquiry, one, "sentence")
    if one.metric.id != SATISFACTION or len(bulletin.bounds) < 2:
        return sentence
    low, high = (field(inquiry, bound, "value") for bound in bulletin.bounds)
    return lines((sentence, phrase(inquiry, "row.bounds", low=low, high=high)))


def _charts(bulletin: Bulletin) -> Html:
    inquiry = bulletin.inquiry
    drawn = [months for months in bulletin.lines if months.rows]
    figures = (
        element(
            "figure",
            element("h3", metric_text(inquiry, months.metric.id, "name"))
            + draw_line(inquiry, months.metric.id, months.period),
        )
        for months in drawn
    )
    parts = [element("div", lines(figures), "lines"), element("p", fixed(inquiry, "caption.lines"), "small")]
    if len(drawn) < len(bulletin.lines):
        parts.append(element("p", fixed(inquiry, "limits.lines_withheld"), "small"))
    return lines(parts if drawn else parts[2:])


def _figures(bulletin: Bulletin) -> Html:
    inquiry = bulletin.inquiry
    if not bulletin.figures:
        return Html("")
    rows = (row(name_of(inquiry, one) + note_below(inquiry, one), cells(inquiry, one)) for one in bulletin.figures)
    return table(inquiry, "figures", ("name", *COLUMNS), rows)


def _split(inquiry: Inquiry, name: str, split: Split | None) -> Html:
    if split is None:
        return Html("")
    if not split.figures:
        return element("p", phrase(inquiry, "row.too_many", n=fact(inquiry, "rows", split=name, part="total")))
    rows = (row(field(inquiry, one, "key"), cells(inquiry, one, SPLIT_FIELDS)) for one in split.figures)
    one = split.figures[0]
    period = ""
    if one.period != inquiry.period:
        period = phrase(inquiry, "row.period", period=field(inquiry, one, "period"))
    listed = table(inquiry, name, (name.removesuffix("s"), *COLUMNS), rows, period)
    if not split.omitted:
        return listed
    n = fact(inquiry, "rows", split=name, part="omitted")
    return lines((listed, element("p", phrase(inquiry, "row.omitted", n=n), "small")))


def _funnel(bulletin: Bulletin) -> Html:
    """The units outside the funnel's limits, in the order of their codes; inside them units are alike."""
    inquiry, outside = bulletin.inquiry, bulletin.outside
    if outside is None:
        return Html("")
    name = metric_text(inquiry, JUDGED, "name")
    if not outside:
        return element("p", phrase(inquiry, "funnel.none", name=name), "small")
    parts = ({part: field(inquiry, one, part) for part in ("key", "value", "limits")} for one in outside)
    units = _joined(inquiry, (phrase(inquiry, "funnel.unit", **part) for part in parts), "row.clause")
    return element("p", phrase(inquiry, "funnel.outside", name=name, units=units), "small")


def _signals(inquiry: Inquiry, signals: Signals) -> Html:
    def part(name: str) -> Html:
        return fact(inquiry, "signal", part=name)

    if signals.state in ("nothing", "not_for_selection"):
        return element("p", fixed(inquiry, f"signals.{signals.state}"))
    counts = {"judged": part("judged"), "alarms": part("alarms"), "chance": part("chance")}
    parts = [element("p", phrase(inquiry, f"signals.{signals.state}", month=part("month"), **counts))]
    if inquiry.is_public:
        parts.append(element("p", fixed(inquiry, "signals.withheld"), "small"))
    if signals.listed:
        columns = ("series", "observed", "expected", "bound")
        parts.append(table(inquiry, "signals", columns, (_signal(inquiry, one) for one in signals.listed)))
    return lines(parts)


def _signal(inquiry: Inquiry, signal: Signal) -> Html:
    name = fact(inquiry, "name", dimension="station", key=signal.org or "")
    if signal.kind is not None:
        kind = fact(inquiry, "name", dimension="dispute_type", key=signal.kind)
        name = phrase(inquiry, "signals.of_type", organisation=name, kind=kind)
    elif signal.is_total:
        name = phrase(inquiry, "signals.total", organisation=name)
    parts = ("observed", "expected", "bound")
    return row(name, ((fact(inquiry, "signal", part=part, key=signal.key), "nowrap") for part in parts))


def _deliveries(bulletin: Bulletin) -> Html:
    inquiry = bulletin.inquiry
    rows = (
        row(
            fact(inquiry, "feed", feed=one.feed),
            (
                (fact(inquiry, "until", feed=one.feed), "nowrap"),
                (fact(inquiry, "units", feed=one.feed, part="due"), ""),
                (fact(inquiry, "units", feed=one.feed, part="full"), "attention" if one.lacking else ""),
            ),
        )
        for one in bulletin.deliveries
    )
    return table(inquiry, "deliveries", ("feed", "until", "due", "full"), rows)


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
    return element("ul", lines(element("li", item) for item in items), "limits")


def _reason(inquiry: Inquiry, one: Figure) -> Html:
    """Which figure is not compared, and why: its flags, or the verdict where no flag says it."""
    has_reason = find(one.row, one.metric).case == "not_comparable" and format_notes(
        one.row, one.metric, inquiry.language
    )
    what = field(inquiry, one, "notes" if has_reason else "verdict")
    return phrase(inquiry, "row.named", name=name_of(inquiry, one), what=what)


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
        element(
            "div",
            element("dt", metric_text(inquiry, one.metric.id, "name"))
            + element("dd", phrase(inquiry, "row.defined", formula=metric_text(inquiry, one.metric.id, "formula"))),
        )
        for one in (*bulletin.figures, *bulletin.bounds)
    )
    return element("dl", lines(items)) if bulletin.figures else Html("")
