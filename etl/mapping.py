"""A source's TOML: read it, check it, and say which file, key, value and expectation are wrong."""

from __future__ import annotations

import hashlib
import re
import tomllib
import unicodedata
from datetime import date
from fnmatch import fnmatch
from pathlib import Path
from typing import Annotated, Any, Literal

import polars as pl
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from etl.feeds import FEEDS, Feed
from warehouse.reference import codes_of

SHIPPED = Path(__file__).parent / "sources"
REGISTER_LIMIT = 5_000
NAME_PATTERN = r"^[\p{L}\p{N}\p{M} &'’.,()（）/·+-]{1,120}$"


class MappingError(Exception):
    """A mapping file that cannot be used: which file, which key, what was found, what was expected."""

    def __init__(self, file: str, key: str, found: object, expected: str) -> None:
        self.file, self.key, self.found, self.expected = file, key, found, expected
        super().__init__(
            f"{file}: {key}: 找到 {found!r}，应为 {expected} / found {found!r}, expected {expected}; "
            "请改正映射文件后重新运行 / correct the mapping file and run again"
        )


def normalise_header(text: str) -> str:
    """The form in which header spellings are compared: half-width, no blanks, case folded."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).casefold()


def _spellings(value: object) -> object:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split("|") if part.strip())
    return value


def _regular_expression(groups: int) -> AfterValidator:
    def check(pattern: str) -> str:
        try:
            found = re.compile(pattern).groups
        except re.error as error:
            raise ValueError(f"a regular expression ({error})") from error
        if found < groups:
            raise ValueError(f"a regular expression with {groups} group(s)")
        return pattern

    return AfterValidator(check)


def _column_expression(pattern: str) -> str:
    """A regular expression that polars applies to a column: the Rust flavour, with one group."""
    try:
        groups = len(pl.Series([""]).str.extract_groups(pattern).struct.fields)
    except pl.exceptions.ComputeError as error:
        raise ValueError(f"a regular expression ({error})") from error
    if groups < 1:
        raise ValueError("a regular expression with a group")
    return pattern


Spellings = Annotated[tuple[str, ...], BeforeValidator(_spellings), Field(min_length=1)]
Pattern = Annotated[str, _regular_expression(0)]
PatternWithGroup = Annotated[str, _regular_expression(1)]
ColumnPattern = Annotated[str, AfterValidator(_column_expression)]


class Part(BaseModel):
    """A table of a mapping: frozen, and unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Column(Part):
    """Where one canonical field comes from and how its text is read."""

    sources: Spellings | None = Field(None, alias="from")
    constant: str | None = None
    concat: tuple[Spellings, ...] | None = None
    separator: str = ""
    extract: ColumnPattern | None = None
    split: str | None = None
    part: int = 0
    required: bool = False
    formats: tuple[str, ...] = ()
    roc: bool = False
    values: dict[str, str] = {}
    unknown: Literal["quarantine", "other", "register"] = "quarantine"
    blank: str | None = None
    dont_know: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    true: tuple[str, ...] = ()
    false: tuple[str, ...] = ()
    minimum: int | None = None
    maximum: int | None = None

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: object) -> object:
        return {"from": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _one_source(self) -> Column:
        given = [name for name in ("sources", "constant", "concat") if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError("exactly one of from, constant, concat")
        return self

    @property
    def groups(self) -> tuple[tuple[str, ...], ...]:
        """The headers it needs: one group of spellings for each piece."""
        return self.concat or ((self.sources,) if self.sources else ())


class Match(Part):
    """Which files, and which header words must be in them."""

    files: Annotated[tuple[str, ...], Field(min_length=1)]
    headers: tuple[Spellings, ...] = ()


class Read(Part):
    """How the bytes are read."""

    encoding: str = "auto"
    delimiter: Literal["auto", ",", ";", "\t", "|", "，"] = "auto"
    sheet: str | None = None
    header_row: int | tuple[int, ...] | Literal["auto"] = "auto"
    fill_down: tuple[str, ...] = ()
    null_tokens: tuple[str, ...] = ("-", "—", "无", "NULL", "null", "N/A")
    total_words: tuple[str, ...] = ("合计", "小计", "总计", "total")
    footnote_words: tuple[str, ...] = ("填表人", "填报人", "制表", "审核", "备注：", "注：", "说明：", "填表日期")
    trusted: bool = False


class Delivered(Part):
    """The delivery day in the file name."""

    regex: PatternWithGroup
    format: str = "%Y%m%d"


class Keys(Part):
    """What identifies a record."""

    record: tuple[str, ...] | Literal["content"] | None = None
    duplicate_conflict: bool = False


class Unpivot(Part):
    """Columns that unfold into records."""

    headers: Pattern | None = None
    columns: tuple[str, ...] = ()
    into: str
    value: str
    skip_blank: bool = True

    @model_validator(mode="after")
    def _one_choice(self) -> Unpivot:
        if (self.headers is None) == (not self.columns):
            raise ValueError("exactly one of headers, columns")
        return self


class Registration(Part):
    """Organisations or types that a file brings with it."""

    level: str | None = None
    code: Column
    name: Column | None = None
    parent: Column | None = None
    name_pattern: str = NAME_PATTERN


class Register(Part):
    """What is taken from the file itself."""

    org: tuple[Registration, ...] = ()
    dispute_type: tuple[Registration, ...] = ()


class Window(Part):
    """The days a file speaks for: from its name, or declared."""

    regex: PatternWithGroup | None = None
    format: str = "%Y%m%d"
    start: date | None = None
    end: date | None = None

    @model_validator(mode="after")
    def _one_choice(self) -> Window:
        declared = self.start is not None and self.end is not None
        if declared == (self.regex is not None):
            raise ValueError("either regex (and format), or start and end")
        if self.start and self.end and self.end < self.start:
            raise ValueError("an end that is not before the start")
        return self


class Reports(Part):
    """For whom and for which days the file speaks."""

    for_whom: Literal["bureau", "org"] | tuple[str, ...] = Field("bureau", alias="for")
    window: Literal["data"] | Window = "data"


class Coverage(Part):
    """The days between which one type was collected."""

    start: date | None = Field(None, alias="from")
    end: date | None = Field(None, alias="to")


class Mapping(Part):
    """One checked mapping; `name` is the file's stem, `rank` 1 for the bureau's own and 0 for shipped ones."""

    name: str
    rank: int
    fingerprint: str
    feed: str
    title: dict[Literal["zh", "en"], str] = {}
    namespace: str = ""
    delivery: Literal["delta", "snapshot"] = "delta"
    match: Match
    read: Read = Read()
    delivered: Delivered | None = None
    columns: dict[str, Column] = {}
    keys: Keys = Keys()
    unpivot: Unpivot | None = None
    register_: Register = Field(Register(), alias="register")
    reports: Reports = Reports()
    coverage: dict[str, Coverage] = {}
    privacy: dict[Literal["drop"], tuple[str, ...]] = {}

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
    first = error.errors()[0]
    key = ".".join(str(step) for step in first["loc"] if not str(step).startswith(("function", "tuple", "literal")))
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
            refuse(f"columns.{name}.unknown", "register", "quarantine or other: only units and types can be registered")
    if any(mapping.columns[n].unknown == "register" for n in ("org_code", "beat_code") if n in mapping.columns):
        if not mapping.register_.org:
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
            refuse(f"columns.{name}.{key}", code, f"a code of the list {field.code_list}: " + ", ".join(sorted(codes)))


def read_mappings(own: Path | None = None) -> list[Mapping]:
    """All mappings: the bureau's own first; an own one replaces the shipped one of the same name."""
    if own is not None and not own.is_dir():
        raise MappingError(str(own.name), "--sources", own.name, "a folder with mapping files")
    mine = [read_mapping(path, rank=1) for path in sorted(own.glob("*.toml"))] if own else []
    names = {mapping.name for mapping in mine}
    shipped = [read_mapping(path) for path in sorted(SHIPPED.glob("*.toml")) if path.stem not in names]
    return mine + shipped
