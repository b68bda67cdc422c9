"""From the text of a statement to what the engine runs: parse, guard, and rewrite what only looks dangerous."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import duckdb

from warehouse.sandbox.catalogue import Catalogue
from warehouse.sandbox.guard import Guard, Node, place_of_byte
from warehouse.sandbox.lexing import MEANT, Token, blank, find_full_width, line_and_column, literal, words_of
from warehouse.sandbox.pivoting import MOST_COLUMNS, Gap, fill, find_gaps
from warehouse.sandbox.refusals import SYNTAX, Refused, syntax_refusal

_NOT_SELECT = "not implemented"
_LONGEST_MESSAGE = 300


@dataclass(frozen=True)
class Statement:
    """What the engine is to run.

    Attributes:
        parameters: the names it asks values for.
        written: the text as it was written, and put_in: where how many signs were put into it (places in `sql`;
            fewer than none: taken away).
    """

    sql: str
    put_in: Sequence[tuple[int, int]] = ()
    parameters: Sequence[str] = ()
    written: str = ""

    def line_and_column(self, offset: int) -> tuple[int, int]:
        """Where in the written text a byte of `sql` stands."""
        return self._written_at(place_of_byte(self.sql, offset))

    def moved(self, refused: Refused) -> Refused:
        """A refusal of `sql`, told by its place in the written text."""
        if refused.line is None or refused.column is None:
            return refused
        lines = self.sql.split("\n")
        line, column = self._written_at(sum(len(one) + 1 for one in lines[: refused.line - 1]) + refused.column - 1)
        return Refused(refused.code, line=line, column=column, **refused.values)

    def _written_at(self, place: int) -> tuple[int, int]:
        """What was put in stands where it was put."""
        before = sum(min(length, place - start) for start, length in self.put_in if start < place)
        return line_and_column(self.written or self.sql, place - before)


class Unbound(Exception):
    """The engine cannot bind a statement that has to be asked before the one that was written."""

    def __init__(self, statement: Statement) -> None:
        self.statement = statement
        super().__init__(statement.sql)


Parameters = dict[str, Any] | list[Any]


def check(connection: duckdb.DuckDBPyConnection, sql: str, catalogue: Catalogue, parameters: Parameters) -> Statement:
    """One statement that only reads what is granted, as the engine can run it.

    `parameters` are needed where a PIVOT has to be asked for its values before it can run.

    Raises:
        Refused: it is none.
        duckdb.Error: the question for the values of a PIVOT failed.
    """
    found = find_full_width(sql)
    if found:
        line, column = line_and_column(sql, found.start)
        raise Refused("full_width", line=line, column=column, found=found.text, meant=_spelled(found.text))
    words = words_of(sql)
    if words and words[0].is_word("explain"):
        return _check_explain(connection, sql, catalogue, words)
    gaps = find_gaps(sql)
    if gaps:
        return _check_pivot(connection, sql, gaps, catalogue, parameters)
    tree = parse(connection, sql)
    if tree is None:
        raise _not_select(sql, words)
    names = _shown_schemas(tree, catalogue)
    if names is not None:
        return _list_of_tables(names, catalogue)
    return _guarded(sql, tree, catalogue)


def _guarded(sql: str, tree: Node, catalogue: Catalogue) -> Statement:
    guard = Guard(sql, catalogue)
    guard.check(tree)
    return Statement(sql, parameters=list(guard.parameters))


def bind(statement: Statement, given: Parameters) -> Parameters:
    """The values of the parameters that are in the statement; others that a page has at hand are left out.

    Raises:
        Refused: one has no value.
    """
    wanted = statement.parameters
    if isinstance(given, list):
        places = [int(name) for name in wanted if name.isdigit()]
        named = next((name for name in wanted if not name.isdigit()), None)
        if named is not None or (places and not given):
            raise Refused("parameter_missing", name=f"${named}" if named else "?")
        if len(given) != max(places, default=0):
            raise Refused("parameter_count", given=len(given), wanted=max(places, default=0))
        return given
    by_name = {name.lower(): value for name, value in given.items()}
    missing = next((name for name in wanted if name.lower() not in by_name), None)
    if missing is not None:
        raise Refused("parameter_missing", name="?" if missing.isdigit() else f"${missing}")
    return {name: by_name[name.lower()] for name in wanted}


def parse(connection: duckdb.DuckDBPyConnection, sql: str) -> Node | None:
    """The tree of the one statement; None where the engine knows it and it is no SELECT.

    Raises:
        Refused: it cannot be parsed, or is not exactly one.
    """
    ((tree,),) = connection.execute("select json_serialize_sql($sql::varchar)", {"sql": sql}).fetchall()
    answer = json.loads(tree)
    if answer["error"]:
        if answer["error_type"] == _NOT_SELECT and "position" not in answer:
            return None
        raise _syntax_error(sql, answer)
    statements: list[Node] = answer["statements"]
    if not statements:
        raise Refused("empty")
    if len(statements) > 1:
        raise Refused("several", count=len(statements))
    return statements[0]


def _syntax_error(sql: str, answer: dict[str, Any]) -> Refused:
    message = str(answer["error_message"]).splitlines()[0][:_LONGEST_MESSAGE]
    if not str(answer.get("position", "")).isdigit():
        return syntax_refusal(message)
    line, column = line_and_column(sql, place_of_byte(sql, int(answer["position"])))
    return syntax_refusal(message, line=line, column=column)


def _not_select(sql: str, words: Sequence[Token]) -> Refused:
    """Why a statement that is no SELECT does not run."""
    if not words:
        return Refused("empty")
    line, column = line_and_column(sql, words[0].start)
    ends = [place for place, word in enumerate(words) if word.depth == 0 and word.text == ";"]
    if ends and ends[0] < len(words) - 1:
        return Refused("several", count=len(ends) + 1)
    if words[0].is_word("select", "from", "with", "values", "pivot", "pivot_wider"):
        code = "pivot_nested" if any(word.is_word("pivot", "pivot_wider") for word in words) else "syntax_unknown"
        return Refused(code, line=line, column=column, kind=words[0].text.upper())
    return Refused("statement", line=line, column=column, statement=words[0].text.upper()[:40])


def _check_explain(
    connection: duckdb.DuckDBPyConnection, sql: str, catalogue: Catalogue, words: Sequence[Token]
) -> Statement:
    """What is explained must be a statement of its own: options and ANALYZE do not parse as one."""
    before, word, behind = blank(sql[: words[0].start]), words[0].text, sql[words[0].end :]
    line, column = line_and_column(sql, words[0].start)
    if len(words) > 1 and words[1].is_word("analyze", "analyse", "explain"):
        raise Refused("explain_analyze", line=line, column=column)
    inner = before + blank(word) + behind
    try:
        tree = parse(connection, inner)
    except Refused as refused:
        if refused.code in SYNTAX and len(words) > 1 and words[1].text == "(":
            raise Refused("explain_analyze", line=line, column=column) from refused
        raise
    if tree is None:
        raise _not_select(sql, words[1:])
    guarded = _guarded(inner, tree, catalogue)
    # Blanks in front would be taken away by the client, and places counted without them.
    return Statement(word + behind, [(0, -words[0].start)], guarded.parameters, sql)


def _check_pivot(
    connection: duckdb.DuckDBPyConnection,
    sql: str,
    gaps: Sequence[Gap],
    catalogue: Catalogue,
    parameters: Parameters,
) -> Statement:
    """A PIVOT whose values have to be found first: the only statement that is no SELECT and can be made one."""
    values = [_values_of(connection, sql, gap, catalogue, parameters) for gap in gaps]
    filled = Statement(*fill(sql, gaps, values), written=sql)
    try:
        tree = parse(connection, filled.sql)
        if tree is None:
            raise _not_select(filled.sql, words_of(filled.sql))
        return replace(filled, parameters=_guarded(filled.sql, tree, catalogue).parameters)
    except Refused as refused:
        raise filled.moved(refused) from refused


def _values_of(
    connection: duckdb.DuckDBPyConnection, sql: str, gap: Gap, catalogue: Catalogue, parameters: Parameters
) -> list[str]:
    question = Statement(gap.question, written=sql, put_in=[(gap.source_end, gap.shift)])
    try:
        tree = parse(connection, gap.question)
        if tree is None:
            raise _not_select(gap.question, words_of(gap.question))
        question = replace(question, parameters=_guarded(gap.question, tree, catalogue).parameters)
        relation = connection.sql(question.sql, params=bind(question, parameters))
        found = [value for (value,) in relation.limit(MOST_COLUMNS + 2).fetchall() if value is not None]
    except Refused as refused:
        raise question.moved(refused) from refused
    except duckdb.BinderException as error:
        raise Unbound(question) from error
    if len(found) > MOST_COLUMNS:
        line, column = line_and_column(sql, gap.start)
        raise Refused("pivot_wide", line=line, column=column, most=MOST_COLUMNS, expression=gap.expression[:40])
    return found


def _shown_schemas(tree: Node, catalogue: Catalogue) -> list[str] | None:
    """SHOW TABLES [FROM schema] as a whole statement: the schemas to list; None for any other statement."""
    shown = tree["node"].get("from_table") or {}
    if shown.get("type") != "SHOW_REF":
        return None
    if shown["show_type"] == "SHOW_SPECIAL" and shown["table_name"].strip('"') == "tables":
        return list(catalogue.schemas)
    if shown["show_type"] == "SHOW_FROM":
        schema = str(shown["schema_name"]).lower()
        if schema not in catalogue.schemas or shown["catalog_name"].lower() not in ("", catalogue.database.lower()):
            raise Refused("schema_denied", schema=schema, schemas=", ".join(catalogue.schemas))
        return [schema]
    return None


def _list_of_tables(schemas: Sequence[str], catalogue: Catalogue) -> Statement:
    """The granted tables; with their schema where there are several, so that the name can be used as it stands."""
    if len(catalogue.schemas) == 1 or len(schemas) == 1:
        names = [name for schema in schemas for name in sorted(catalogue.relations[schema])]
    else:
        names = [f"{schema}.{name}" for schema in schemas for name in sorted(catalogue.relations[schema])]
    values = ", ".join(f"({literal(name)})" for name in names)
    listed = f"from (values {values}) as t(name)" if values else "from (values ('')) as t(name) where false"
    return Statement(f"select name {listed}")


def _spelled(sign: str) -> str:
    meant = MEANT[sign]
    return "空格/space" if meant == " " else meant
