"""A PIVOT without a list of values, as a whole statement: ask for the values first, then write them into it.

The engine would make an enum type for it, which is no reading statement. Here both steps are statements of their own
and go through the guard like any other; a mistake in cutting the text can only make them fail.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from warehouse.sandbox.lexing import Token, literal, words_of

PIVOT = ("pivot", "pivot_wider")
MOST_COLUMNS = 500
_BEHIND = ("using", "group", "order", "limit", "offset")


@dataclass(frozen=True)
class Gap:
    """An expression of ON that has no values yet, and the statement that finds them.

    Attributes:
        start, end: where the expression stands.
        source_end: up to there the question is as long as what was written; its expression stands `shift` signs later.
    """

    expression: str
    start: int
    end: int
    question: str
    source_end: int
    shift: int


def find_gaps(sql: str) -> list[Gap]:
    """What has to be asked before the statement can run; nothing where it is no PIVOT of this kind."""
    words = words_of(sql)
    begin = next((word for word in words if word.depth == 0 and word.is_word(*PIVOT)), None)
    if begin is None or (words[0] is not begin and not words[0].is_word("with")):
        return []
    ons = [word for word in words if word.depth == 0 and word.start > begin.start and word.is_word("on")]
    if not ons:
        return []
    behind = [word for word in words if word.start > ons[-1].start]
    # `from ` takes the place of `pivot`, so that what is found wrong in the source stands where it was written.
    source = sql[: begin.start] + "from".ljust(begin.end - begin.start) + sql[begin.end : ons[-1].start]
    before, after = f"{source}\nselect distinct cast((", ") as varchar) as value order by value"
    return [
        Gap(sql[start:end], start, end, before + sql[start:end] + after, len(source), len(before) - start)
        for start, end in _expressions(behind)
    ]


def fill(sql: str, gaps: Sequence[Gap], values: Sequence[Sequence[str]]) -> tuple[str, list[tuple[int, int]]]:
    """The statement with its values; and where how much was put in, in places of the new text."""
    made, place, put_in = "", 0, []
    for gap, found in zip(gaps, values, strict=True):
        made += sql[place : gap.end]
        listed = f" in ({', '.join(map(literal, found))})"
        put_in.append((len(made), len(listed)))
        made += listed
        place = gap.end
    return made + sql[place:], put_in


def _expressions(words: Sequence[Token]) -> Iterator[tuple[int, int]]:
    """What stands between commas up to the next clause, where it has no IN."""
    part: list[Token] = []
    for word in words:
        ends = word.depth == 0 and (word.is_word(*_BEHIND) or word.text in (",", ";"))
        if not ends:
            part.append(word)
            continue
        yield from _without_list(part)
        part = []
        if word.text != ",":
            return
    yield from _without_list(part)


def _without_list(part: Sequence[Token]) -> Iterator[tuple[int, int]]:
    if part and not any(word.depth == 0 and word.is_word("in") for word in part):
        yield part[0].start, part[-1].end
