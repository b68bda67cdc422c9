"""Types of the engine that do not travel: what they are sent as."""

from __future__ import annotations

from duckdb.sqltypes import DuckDBPyType

# Extensions of Arrow, dictionaries, or what Parquet and spreadsheets have no place for.
_AS_TEXT = {"bit", "bignum", "enum", "geometry", "interval", "time with time zone", "uhugeint", "timetz"}
_VARIANT = "variant"


def plain_type(kind: DuckDBPyType) -> str | None:
    """The type to cast to before sending, with the same nesting; None where the type travels as it is."""
    name = str(kind.id).lower()
    if name == _VARIANT:
        return "json"
    if name in _AS_TEXT:
        return "varchar"
    if name not in ("list", "array", "struct", "map"):
        return None
    children = kind.children
    parts = [(field, part) for field, part in children if isinstance(part, DuckDBPyType)]
    targets = [plain_type(part) for _, part in parts]
    if not any(targets):
        return None
    texts = [target or str(part) for target, (_, part) in zip(targets, parts, strict=True)]
    if name == "list":
        return f"{texts[0]}[]"
    if name == "array":
        size = next(part for _, part in children if not isinstance(part, DuckDBPyType))
        return f"{texts[0]}[{size}]"
    if name == "map":
        return f"map({texts[0]}, {texts[1]})"
    fields = (f'"{field.replace(chr(34), chr(34) * 2)}" {text}' for (field, _), text in zip(parts, texts, strict=True))
    return f"struct({', '.join(fields)})"
