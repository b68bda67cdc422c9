"""A source's TOML: read it, check it, and say which file, key, value and expectation are wrong."""

from __future__ import annotations

import hashlib
import tomllib
import unicodedata
from collections.abc import Sequence
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError

from etl.feeds import FEEDS, Feed
from etl.mapping_parts import (
    Column,
    Coverage,
    Delivered,
    Keys,
    Match,
    Part,
    Read,
    Register,
    Reports,
    Unpivot,
    normalise_header,
)
from warehouse.reference import codes_of

SHIPPED = Path(__file__).parent / "sources"
REGISTER_LIMIT = 5_000


class MappingError(Exception):
    """A mapping file that cannot be used: which file, which key, what was found, what was expected."""

    def __init__(self, file: str, key: str, found: object, expected: str) -> None:
        self.file, self.key, self.found, self.expected = file, key, found, expected
        super().__init__(
            f"{file}: {key}: 找到 {found!r}，应为 {expected} / found {found!r}, expected {expected}; "
            "请改正映射文件后重新运行 / correct the mapping file and run again"
        )


class Mapping(Part):
    """One checked mapping; `name` is the file's stem, `rank` 1 for the bureau's own and 0 for shipped ones."""

    name: str
    rank: int
    fingerprint: str
    feed: str
    title: dict[Literal["zh", "en"], str] = Field(default_factory=dict)
    namespace: str = ""
    delivery: Literal["delta", "snapshot"] = "delta"
    match: Match
    read: Read = Read()
    delivered: Delivered | None = None
    columns: dict[str, Column] = Field(default_factory=dict)
    keys: Keys = Keys()
    unpivot: Unpivot | None = None
    register_: Register = Field(Register(), alias="register")
    reports: Reports = Reports()
    coverage: dict[str, Coverage] = Field(default_factory=dict)
    privacy: dict[Literal["drop"], tuple[str, ...]] = Field(default_factory=dict)

    def fits_name(self, file_name: str) -> bool:
        """Whether one of the file name patterns fits."""
        name = unicodedata.normalize("NFKC", file_name).casefold().removesuffix(".gz")
        patterns = (unicodedata.normalize("NFKC", pattern).casefold() for pattern in self.match.files)
        return any(fnmatch(name, pattern.removesuffix(".gz")) for pattern in patterns)

    @property
    def target(self) -> Feed:
        """The feed it fills."""
        return FEEDS[self.feed]

    @property
    def known_headers(self) -> frozenset[str]:
        """Every header spelling the mapping names."""
        columns = [*self.columns.values(), *self.registered_columns]
        return frozenset(word for column in columns for group in column.groups for word in group)

    def shown(self, headers: Sequence[str]) -> list[str]:
        """Headers as they may be written down: known words; of all others place and length.

        A torn line makes the cells of a record headers, and a name looks like any other word.
        """
        words = {
            *self.known_headers,
            *self.privacy.get("drop", ()),
            *(w for group in self.match.headers for w in group),
        }
        known = {normalise_header(word) for word in words}
        return [
            header if normalise_header(header) in known else f"列{number}‹{len(header)}字›"
            for number, header in enumerate(headers, 1)
        ]

    @property
    def registered_columns(self) -> tuple[Column, ...]:
        """The columns that registrations read."""
        entries = (*self.register_.org, *self.register_.dispute_type)
        return tuple(part for entry in entries for part in (entry.code, entry.name, entry.parent) if part)


def read_mapping(path: Path, *, rank: int = 0) -> Mapping:
    """Read and check one mapping file.

    Raises:
        MappingError: with file, key, found, expected.
    """
    text = path.read_bytes()
    try:
        content = tomllib.loads(text.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise MappingError(path.name, "(file)", str(error), "valid TOML in UTF-8") from error
    own = {"name": path.stem, "rank": rank, "fingerprint": hashlib.sha256(text).hexdigest()}
    try:
        mapping = Mapping.model_validate({**content, **own})
    except ValidationError as error:
        raise _first_error(path.name, error) from error
    _check_against_feed(path.name, mapping)
    return mapping


def _first_error(file: str, error: ValidationError) -> MappingError:
    errors = error.errors()
    # Where a key may be a word or a table, the complaint about the table says more than "not that word".
    related = [one for one in errors if one["loc"][:2] == errors[0]["loc"][:2]]
    about_table = (one for one in related if one["type"] not in ("literal_error", "tuple_type"))
    first = next(about_table, errors[0])
    key = ".".join(
        str(step) for step in first["loc"] if not str(step).startswith(("function", "tuple", "literal", "Window"))
    )
    return MappingError(file, key or "(file)", first["input"], first["msg"])


def _check_against_feed(file: str, mapping: Mapping) -> None:
    def refuse(key: str, found: object, expected: str) -> None:
        raise MappingError(file, key, found, expected)

    if mapping.feed == "none":
        return
    if mapping.feed not in FEEDS:
        refuse("feed", mapping.feed, "one of " + ", ".join([*FEEDS, "none"]))
    feed = mapping.target
    names = {field.name for field in feed.fields}
    for name, column in mapping.columns.items():
        if name not in names and not name.startswith("_"):
            refuse(f"columns.{name}", name, "a field of the feed: " + ", ".join(sorted(names)))
        _check_codes(refuse, feed, name, column)
        if column.unknown == "register" and name not in ("org_code", "beat_code", "dispute_type_code"):
            refuse(
                f"columns.{name}.unknown",
                "register",
                "quarantine or other: only units and types can be registered",
            )
    org_columns = [mapping.columns[name] for name in ("org_code", "beat_code") if name in mapping.columns]
    if any(column.unknown == "register" for column in org_columns) and not mapping.register_.org:
        refuse("register.org", None, "at least one entry that says where codes, names and parents stand")
    if mapping.unpivot:
        for key in ("into", "value"):
            if getattr(mapping.unpivot, key) not in names:
                refuse(f"unpivot.{key}", getattr(mapping.unpivot, key), "a field of the feed")
    filled = set(mapping.columns) | ({mapping.unpivot.into, mapping.unpivot.value} if mapping.unpivot else set())
    filled |= {"period_start", "period_end", "beat_code"}
    for name in mapping.keys.record or () if mapping.keys.record != "content" else ():
        if name not in filled:
            refuse("keys.record", name, "fields that [columns] fills")
    main = (feed.main_key,) if isinstance(feed.main_key, str) else feed.main_key
    if mapping.keys.record is None and isinstance(feed.main_key, str) and feed.main_key not in filled:
        refuse("keys.record", None, f"a key: fill columns.{main[0]} or list fields in keys.record")
    missing = [f.name for f in feed.fields if f.required and f.name not in filled and f.blank is None]
    if missing:
        refuse("columns", sorted(mapping.columns), "an entry for " + ", ".join(missing))


def _check_codes(refuse: Any, feed: Feed, name: str, column: Column) -> None:
    field = feed.field(name)
    if field is None or field.code_list is None:
        return
    codes = set(codes_of(field.code_list)["code"].to_list())
    if column.unknown == "other" and "other" not in codes:
        refuse(f"columns.{name}.unknown", "other", f"quarantine: the list {field.code_list} has no code other")
    wanted = {**column.values, "blank": column.blank, "constant": column.constant}
    for key, code in wanted.items():
        is_level = field.kind == "level" and str(code).isdigit()
        if code is not None and code not in codes and column.unknown != "register" and not is_level:
            refuse(
                f"columns.{name}.{key}",
                code,
                f"a code of the list {field.code_list}: " + ", ".join(sorted(codes)),
            )


def read_mappings(own: Path | None = None) -> list[Mapping]:
    """All mappings: the bureau's own first; an own one replaces the shipped one of the same name."""
    if own is not None and not own.is_dir():
        raise MappingError(str(own.name), "--sources", own.name, "a folder with mapping files")
    mine = [read_mapping(path, rank=1) for path in sorted(own.glob("*.toml"))] if own else []
    names = {mapping.name for mapping in mine}
    shipped = [read_mapping(path) for path in sorted(SHIPPED.glob("*.toml")) if path.stem not in names]
    return mine + shipped
