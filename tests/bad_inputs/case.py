"""What a fixture is: a row of the catalogue of bad input, a file made by code, and the report it must get."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

DELIVERED = "20250403"
WINDOW = f"20250301-20250331_{DELIVERED}"
HEAD = ("警情编号", "派出所", "接警时间", "纠纷类型", "处理结果")
VISIT = ("走访编号", "派出所", "走访时间", "走访户数", "发现纠纷数", "化解纠纷数")
REPLY = ("回访编号", "派出所", "邀请时间", "调查", "评价等级")

Cells = Sequence[object]


@dataclass(frozen=True)
class Report:
    """What the load report must say. `values`: archived columns, in file order; `lines`: of the quarantined rows;
    `told`: what is kept of them.
    """

    status: str = "loaded"
    rows_in: int = 0
    quarantined: dict[str, int] = field(default_factory=dict)
    duplicates: int = 0
    dropped: int = 0
    records: int | None = None
    reason: str | None = None
    sheet: str | None = None
    line: int | None = None
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    values: dict[str, list[Any]] = field(default_factory=dict)
    lines: tuple[int, ...] | None = None
    told: tuple[str, ...] = ()
    encoding: str | None = None

    @property
    def loaded(self) -> int:
        """Rows that must have been loaded."""
        return self.rows_in - sum(self.quarantined.values()) - self.duplicates - self.dropped


@dataclass(frozen=True)
class Case:
    """One fixture; `content` makes its bytes from a key that no other fixture's numbers begin with.

    `name`: the file's name where it matters; else `stem`, the case's own name, window and delivery day.
    """

    row: int
    slug: str
    content: Callable[[str], bytes]
    report: Report
    stem: str = "接处警登记"
    suffix: str = "csv"
    name: str | bytes | None = None

    @property
    def id(self) -> str:
        """Row of the catalogue and slug."""
        return f"{self.row:02d}-{self.slug}"

    @property
    def file_name(self) -> str | bytes:
        """What the file is called."""
        return self.name or f"{self.stem}_{self.slug}_{WINDOW}.{self.suffix}"


def loaded(rows_in: int, **told: Any) -> Report:
    """A file that is loaded; what is not told must not be there."""
    return Report(rows_in=rows_in, **told)


def refused(reason: str, **told: Any) -> Report:
    """A file that is refused as a whole."""
    return Report(status="refused", reason=reason, **told)


def good(key: str, number: int = 1, **other: object) -> Cells:
    """A sound row of the incident register; `other` replaces cells by the names of the fields."""
    cells = {
        "id": f"{key}{number}",
        "org": "青山派出所",
        "at": f"2025-03-{(number - 1) % 28 + 1:02d} 08:03",
        "type": "邻里纠纷",
        "outcome": "调解成功",
    }
    return list((cells | other).values())


def visit(key: str, number: int = 1, **other: object) -> Cells:
    """A sound row of the register of visits."""
    cells = {
        "id": f"{key}{number}",
        "org": "青山派出所",
        "at": f"2025-03-{(number - 1) % 28 + 1:02d} 09:00",
        "households": "3",
        "found": "2",
        "settled": "1",
    }
    return list((cells | other).values())


def reply(key: str, level: str, number: int = 1) -> Cells:
    """A row of the call-backs."""
    return [f"{key}{number}", "青山派出所", "2025-03-05 10:00", "纠纷回访", level]


def text(*rows: Cells, head: Cells = HEAD, delimiter: str = ",", newline: str = "\n") -> str:
    """Rows as plain CSV text; cells stand as they are."""
    return "".join(delimiter.join(map(str, row)) + newline for row in ([head] if head else []) + list(rows))


def csv(*rows: Cells, head: Cells = HEAD, delimiter: str = ",", newline: str = "\n", encoding: str = "utf-8") -> bytes:
    """The same as bytes."""
    return text(*rows, head=head, delimiter=delimiter, newline=newline).encode(encoding)
