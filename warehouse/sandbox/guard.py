"""The guard: looks at the parse tree of a statement and lets pass only what is on a list.

Kinds of nodes, functions, tables and schemas are all allow-lists: what a later engine adds is refused until somebody
has looked at it. The walk keeps its own stack, so that a deep tree cannot end the process.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from warehouse.sandbox.catalogue import Catalogue
from warehouse.sandbox.functions import allowed
from warehouse.sandbox.lexing import line_and_column, words_of
from warehouse.sandbox.refusals import Refused

Node = dict[str, Any]
Scope = frozenset[str]

_QUERY_NODES = {"SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE"}
_MODIFIERS = {"ORDER_MODIFIER", "LIMIT_MODIFIER", "LIMIT_PERCENT_MODIFIER", "DISTINCT_MODIFIER"}
_ORDERS = {"ORDER_DEFAULT", "ASCENDING", "DESCENDING"}
_PLAIN_RELATIONS = {"SUBQUERY", "JOIN", "EXPRESSION_LIST", "EMPTY"}
_PLAIN_NODES = _QUERY_NODES | _MODIFIERS | _ORDERS | _PLAIN_RELATIONS
_PLAIN_EXPRESSIONS = {
    "BETWEEN",
    "CASE",
    "CAST",
    "COLLATE",
    "COLUMN_REF",
    "COMPARISON",
    "CONJUNCTION",
    "CONSTANT",
    "LAMBDA",
    "LAMBDA_REF",
    "OPERATOR",
    "POSITIONAL_REFERENCE",
    "STAR",
    "SUBQUERY",
}
# Written without brackets these are functions, unless a column has the name.
_SESSION = {
    "current_catalog",
    "current_database",
    "current_role",
    "current_schema",
    "current_user",
    "session_user",
    "user",
}
_DESCRIBED = {"DESCRIBE", "SUMMARY"}
_NOWHERE = 2**64 - 1
_FILE_SIGNS = ("/", "\\", ":", "*", "?")
_FILE_ENDINGS = (".csv", ".tsv", ".txt", ".parquet", ".json", ".jsonl", ".ndjson", ".duckdb", ".db", ".xlsx", ".gz")


@dataclass
class Guard:
    """Looks at one statement; `parameters` are the names that it asks values for, with their first place."""

    sql: str
    catalogue: Catalogue
    parameters: dict[str, int] = field(default_factory=dict)

    def check(self, statement: Node) -> None:
        """Walk the whole tree.

        Raises:
            Refused: something in it is on no list.
        """
        stack: list[tuple[Any, Scope]] = [(statement, frozenset())]
        while stack:
            node, scope = stack.pop()
            if isinstance(node, list):
                stack.extend((one, scope) for one in node)
            elif isinstance(node, dict):
                stack.extend(self._children(node, scope))

    def _children(self, node: Node, scope: Scope) -> Iterator[tuple[Any, Scope]]:
        """Check one node; what is below it, and the CTE names that may be used there."""
        if "class" in node:
            self._check_expression(node)
        elif isinstance(node.get("type"), str):
            self._check_node(node, scope)
        rest: dict[str, Any] = {name: child for name, child in node.items() if isinstance(child, (dict, list))}
        if node.get("type") == "TABLE_FUNCTION" and "class" not in node:
            # Checked as what stands in FROM; its arguments are expressions like any other.
            yield rest.pop("function")["arguments"], scope
        if "cte_map" in rest:
            for name, definition, inner in self._definitions(rest.pop("cte_map"), scope):
                yield definition, inner
                scope |= {name}
        yield from ((child, scope) for child in rest.values())

    def _definitions(self, cte_map: Node, scope: Scope) -> Iterator[tuple[str, Any, Scope]]:
        """Each CTE sees those before it; only a recursive one sees itself."""
        for entry in cte_map["map"]:
            name, definition = str(entry["key"]).lower(), entry["value"]
            if name in self.catalogue.internal:
                raise self._refused("cte_name", definition, name=name)
            is_recursive = definition["query_node"]["type"] == "RECURSIVE_CTE_NODE"
            yield name, definition, scope | {name} if is_recursive else scope
            scope |= {name}

    def _check_node(self, node: Node, scope: Scope) -> None:
        kind = node["type"]
        if kind == "BASE_TABLE":
            self._check_table(node, scope)
        elif kind == "TABLE_FUNCTION":
            self._check_function(node["function"] | {"query_location": node["query_location"]}, in_from=True)
        elif kind == "SHOW_REF":
            self._check_show(node)
        elif kind == "PIVOT":
            if any(pivot["pivot_enum"] for pivot in node["pivots"]):
                raise self._refused("pivot_enum", node)
        elif kind not in _PLAIN_NODES:
            raise self._refused("changes_data" if kind.endswith("_QUERY_NODE") else "syntax_unknown", node, kind=kind)

    def _check_expression(self, node: Node) -> None:
        kind = node["class"]
        if kind in ("FUNCTION", "WINDOW"):
            self._check_function(node, in_from=False)
        elif kind == "COLUMN_REF":
            names = [str(name).lower() for name in node["column_names"]]
            if len(names) == 1 and names[0] in _SESSION:
                raise self._refused("function_denied", node, name=names[0])
        elif kind == "PARAMETER":
            self.parameters.setdefault(str(node["identifier"]), place_of_byte(self.sql, node["query_location"]))
        elif kind == "TYPE":
            path = _path(node)
            if len(path) > 1 and path[-2] not in self.catalogue.schemas:
                raise self._refused("schema_denied", node, schema=path[-2], schemas=self._granted())
        elif kind not in _PLAIN_EXPRESSIONS:
            raise self._refused("syntax_unknown", node, kind=kind)

    def _check_table(self, node: Node, scope: Scope) -> None:
        path = _path(node)
        if node.get("at_clause") is not None:
            raise self._refused("time_travel", node)
        if len(path) == 1 and (path[0] in scope or self.catalogue.schema_of(path[0], self.catalogue.relations)):
            return
        if len(path) == 1:
            raise self._unknown_table(node, path)
        self._check_schema(node, path)
        if path[-1] not in self.catalogue.relations[path[-2]]:
            raise self._unknown_table(node, path)

    def _check_schema(self, node: Node, path: Sequence[str]) -> None:
        """`schema.name` or `database.schema.name` of a granted schema; whether another exists is not told."""
        if path[-2] not in self.catalogue.schemas or path[:-2] not in ([], [self.catalogue.database.lower()]):
            raise self._refused("schema_denied", node, schema=".".join(path[:-1]), schemas=self._granted())

    def _unknown_table(self, node: Node, path: Sequence[str]) -> Refused:
        name = ".".join(path)
        if any(sign in name for sign in _FILE_SIGNS) or name.endswith(_FILE_ENDINGS):
            return self._refused("file_denied", node)
        return self._refused("table_unknown", node, name=name, closest=self.catalogue.closest(name))

    def _check_show(self, node: Node) -> None:
        if node["show_type"] in _DESCRIBED and node["query"] is not None:
            return
        if node["show_type"] == "SHOW":
            self._check_table(node, frozenset())
            return
        raise self._refused("show_unknown", node)

    def _check_function(self, node: Node, *, in_from: bool) -> None:
        """A listed function without a schema, a macro of a granted schema, or `value.function()` of a listed one."""
        catalogue, path = self.catalogue, _path(node)
        name, schema = path[-1], path[-2] if len(path) > 1 else None
        listed = allowed().tables if in_from else allowed().values
        if node.get("export_state"):
            raise self._refused("syntax_unknown", node, kind="EXPORT_STATE")
        if schema is None:
            if name in listed or catalogue.schema_of(name, catalogue.macros[in_from]):
                return
        elif schema in catalogue.schemas and path[:-2] in ([], [catalogue.database.lower()]):
            if name in catalogue.macros[in_from][schema]:
                return
        elif not in_from and not catalogue.reserved.intersection(path[:-1]) and name in listed:
            return
        raise self._refused("table_function_denied" if in_from else "function_denied", node, name=".".join(path))

    def _granted(self) -> str:
        return ", ".join(self.catalogue.schemas)

    def _refused(self, code: str, node: Node, **values: Any) -> Refused:
        offset = node.get("query_location", _NOWHERE)
        place = place_of_byte(self.sql, offset) if offset != _NOWHERE else self._place_of(node)
        if place is None:
            return Refused(code, **values)
        line, column = line_and_column(self.sql, place)
        return Refused(code, line=line, column=column, **values)

    def _place_of(self, node: Node) -> int | None:
        """Where the tree does not say it (DESCRIBE …): the first word or quoted name that is its name."""
        name = _path(node)[-1:] if "qualified_name" in node else []
        found = (word.start for word in words_of(self.sql) if word.text.strip('"').lower() in name)
        return next(found, None)


def place_of_byte(sql: str, offset: int) -> int:
    """The engine counts bytes of UTF-8; the place in the text."""
    return len(sql.encode()[:offset].decode("utf-8", "ignore"))


def _path(node: Node) -> list[str]:
    return [str(part).lower() for part in node["qualified_name"]["path"]]
