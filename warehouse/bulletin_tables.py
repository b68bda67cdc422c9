"""Tables of the bulletin: captions, heads with their scope, one marked cell per figure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from warehouse.bulletin import Figure
from warehouse.bulletin_inquiry import Inquiry
from warehouse.bulletin_marks import Html, element, figure, fixed, lines, metric_text, phrase, tag
from warehouse.cell_words import format_notes
from warehouse.finding import find

COLUMNS = ("value", "base", "change", "interval", "verdict")
# Counts of one unit, which the caption names.
SPLIT_FIELDS = ("count", "base_count", "change", "interval", "verdict")


def table(inquiry: Inquiry, name: str, columns: Sequence[str], rows: Iterable[Html], period: str = "") -> Html:
    heads = (
        tag(
            "th",
            {"scope": "col"} | ({"class": "words"} if column == "verdict" else {}),
            fixed(inquiry, f"column.{column}"),
        )
        for column in columns
    )
    head = element("thead", element("tr", "".join(heads)))
    caption = element("caption", period + fixed(inquiry, f"caption.{name}"))
    inner = element("table", lines((caption, head, element("tbody", lines(rows)))), name)
    return element("div", inner, "wide")


def row(head: str, cells: Iterable[tuple[Html, str]]) -> Html:
    first = tag("th", {"scope": "row"}, Html(head))
    return element("tr", first + "".join(element("td", cell, kind) for cell, kind in cells))


def cells(inquiry: Inquiry, one: Figure, fields: Sequence[str] = COLUMNS) -> Iterable[tuple[Html, str]]:
    kinds = {"value": "value nowrap", "count": "value nowrap", "base": "nowrap", "base_count": "nowrap"}
    kinds |= {"verdict": f"words verdict {role_of(one)}", "change": f"nowrap loose {role_of(one)}"}
    kinds |= {"interval": "nowrap loose fine ordinary"}
    return ((field(inquiry, one, name), kinds[name]) for name in fields)


def field(inquiry: Inquiry, one: Figure, field: str) -> Html:
    return figure(inquiry, one.row, one.period, field)


def role_of(one: Figure) -> str:
    """Colour only for a real change of a measure that is good or bad; ink for a real one of a measure that is not."""
    finding = find(one.row, one.metric)
    if finding.case not in ("up", "down") or finding.change is None:
        return "ordinary"
    if one.metric.direction == "neutral":
        return "ink"
    return "better" if (finding.case == "up") == (one.metric.direction == "higher_better") else "attention"


def name_of(inquiry: Inquiry, one: Figure) -> Html:
    """The metric, with the month where it is not the bulletin's own."""
    name = metric_text(inquiry, one.metric.id, "name")
    if one.period == inquiry.period:
        return name
    return phrase(inquiry, "row.at_period", name=name, period=field(inquiry, one, "period"))


def note_below(inquiry: Inquiry, one: Figure) -> str:
    """What a reader must know beside the figure, below its name."""
    if not format_notes(one.row, one.metric, inquiry.language):
        return ""
    return element("div", field(inquiry, one, "notes"), "note")
