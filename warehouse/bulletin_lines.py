"""A small line as SVG: thirteen months, and the same months a year before, in words too for who cannot see it."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from html import escape

from warehouse.bulletin_inquiry import Inquiry
from warehouse.bulletin_marks import Html
from warehouse.bulletin_origins import where_text
from warehouse.bulletin_texts import bulletin_text
from warehouse.comparison_row import ComparisonRow
from warehouse.figure_words import is_base_told
from warehouse.finding import Family, find, shown
from warehouse.metric_definition import Metric
from warehouse.metrics import METRICS
from warehouse.wording import begin_sentence, format_base, format_month, format_value

WIDTH, HEIGHT = 232, 104
LEFT, RIGHT, TOP, BOTTOM = 6, 44, 14, 18
INCOMPLETE = ("coverage_gap", "partial_period", "coarse_grain")
# Rates are drawn between their lowest and highest month, with as much room again; counts from zero.
ROOM = 0.35
Point = tuple[float, float]


def draw_line(inquiry: Inquiry, metric: str, period: str) -> Html:
    """The line of a metric over months, asked for by the same attributes that stand on the drawing."""
    definition = METRICS[metric]
    rows = inquiry.answer(metric, period, ("month",)).rows
    now = [_drawn(row, row.value, row.denominator, definition) for row in rows]
    # What no cell tells is not drawn either.
    before = [
        _drawn(row, row.base_value, row.base_denominator, definition) if is_base_told(row, definition) else None
        for row in rows
    ]
    scale = _scale([*now, *before], is_count=definition.is_count)
    this, last = _places(now, scale), _places(before, scale)
    attributes = {"data-metric": metric, "data-period": period, "data-by": "month"}
    attributes |= {"data-where": where_text(inquiry.where)} if inquiry.where else {}
    written = "".join(f' {name}="{escape(value)}"' for name, value in attributes.items())
    return Html(
        f'<svg role="img" viewBox="0 0 {WIDTH} {HEIGHT}"{written}>'
        f"<title>{_title(inquiry, definition)}</title><desc>{_words(inquiry, rows, definition)}</desc>"
        f'<line class="axis" x1="{LEFT}" y1="{HEIGHT - BOTTOM}" x2="{WIDTH - RIGHT}" y2="{HEIGHT - BOTTOM}"/>'
        f"{_months(inquiry, rows)}{_paths(last, 'before')}{_paths(this, 'now')}{_dots(this, rows)}"
        f"{_labels(inquiry, rows, this, last, definition)}</svg>"
    )


def _drawn(row: ComparisonRow, value: float | None, n: float | None, metric: Metric) -> float | None:
    """The number of a month; nothing where it is unknown, withheld or too small for a rate."""
    is_few = not metric.is_count and n is not None and n < metric.smallest_n
    return None if value is None or is_few else value


def _scale(numbers: Sequence[float | None], *, is_count: bool) -> Point:
    """The numbers at the bottom and at the top."""
    known = [number for number in numbers if number is not None] or [0.0, 1.0]
    low, high = min(known), max(known)
    if is_count:
        return 0.0, high or 1.0
    room = ROOM * (high - low) or 0.1 * abs(high) or 1.0
    return low - room, high + room


def _places(numbers: Sequence[float | None], scale: Point) -> list[Point | None]:
    low, high = scale
    step = (WIDTH - LEFT - RIGHT) / max(1, len(numbers) - 1)
    tall = HEIGHT - TOP - BOTTOM
    return [
        None if number is None else (LEFT + step * index, HEIGHT - BOTTOM - tall * (number - low) / (high - low))
        for index, number in enumerate(numbers)
    ]


def _paths(points: Sequence[Point | None], kind: str) -> str:
    """One line per stretch of known months."""
    stretches, open_one = [], list[Point]()
    for point in (*points, None):
        if point is not None:
            open_one.append(point)
        elif open_one:
            stretches.append(open_one)
            open_one = []
    return "".join(
        f'<polyline class="{kind}" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in stretch)}"/>'
        for stretch in stretches
    )


def _dots(points: Sequence[Point | None], rows: Sequence[ComparisonRow]) -> str:
    """The last month, and every month that was not delivered whole, hollow."""
    dots = []
    for number, (point, row) in enumerate(zip(points, rows, strict=True), start=1):
        is_hollow = any(flag in row.flags for flag in INCOMPLETE)
        if point is not None and (is_hollow or number == len(points)):
            kind = "hollow" if is_hollow else "dot"
            dots.append(f'<circle class="{kind}" cx="{point[0]:.1f}" cy="{point[1]:.1f}" r="2.6"/>')
    return "".join(dots)


def _labels(
    inquiry: Inquiry,
    rows: Sequence[ComparisonRow],
    this: Sequence[Point | None],
    last: Sequence[Point | None],
    metric: Metric,
) -> str:
    """The last month's two figures beside the ends of the lines, kept apart."""
    if not rows:
        return ""
    finding = find(rows[-1], metric)
    numbers = ((this[-1], finding.value, "now"), (last[-1], finding.base, "before"))
    ends = [(point, _short(number, finding.family), kind) for point, number, kind in numbers]
    known = sorted((point[1], words, kind) for point, words, kind in ends if point is not None)
    if len(known) == 2 and known[1][0] - known[0][0] < 10:
        middle = (known[0][0] + known[1][0]) / 2
        known = [(middle - 5, *known[0][1:]), (middle + 5, *known[1][1:])]
    return "".join(
        f'<text class="{kind}" x="{WIDTH - RIGHT + 6}" y="{y + 3:.1f}">{escape(words)}</text>'
        for y, words, kind in known
    )


def _short(number: Fraction | None, family: Family) -> str:
    """Number without unit and counts: there is no room for them at the end of a line."""
    if number is None:
        return ""
    return f"{shown(number, family):,}" + ("%" if family == "share" else "")


def _months(inquiry: Inquiry, rows: Sequence[ComparisonRow]) -> str:
    """The first month and the last below the axis, and a line where a year begins."""
    step = (WIDTH - LEFT - RIGHT) / max(1, len(rows) - 1)
    labels = []
    for index, row in enumerate(rows):
        day, x = row.period.start, f"{LEFT + step * index:.1f}"
        if index in (0, len(rows) - 1):
            anchor = "start" if index == 0 else "end"
            words = f"{day.year}-{day.month:02}"
            labels.append(f'<text class="month" x="{x}" y="{HEIGHT - 5}" text-anchor="{anchor}">{words}</text>')
        elif day.month == 1:
            labels.append(f'<line class="axis" x1="{x}" y1="{TOP}" x2="{x}" y2="{HEIGHT - BOTTOM}"/>')
    return "".join(labels)


def _title(inquiry: Inquiry, metric: Metric) -> str:
    name = begin_sentence(metric.name.in_language(inquiry.language))
    return escape(bulletin_text("line.title", inquiry.language, name=name))


def _words(inquiry: Inquiry, rows: Sequence[ComparisonRow], metric: Metric) -> str:
    points = (
        bulletin_text(
            "line.point",
            inquiry.language,
            month=format_month(row.period.start, inquiry.language),
            value=format_value(row, metric, inquiry.language),
            base=format_base(row, metric, inquiry.language),
        )
        for row in rows
    )
    return escape(bulletin_text("row.clause", inquiry.language).join(points))
