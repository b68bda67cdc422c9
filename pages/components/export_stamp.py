"""What every exported file says of itself: whose it is, how fresh, of which generation, and for whom it is meant."""

from __future__ import annotations

from pages.components.labels import text
from pages.components.panel import Panel
from pages.components.view import View
from warehouse.wording import format_date


def stamp_lines(view: View) -> list[str]:
    """Source and organisation; last day of data and generation; internal use, or withheld for the public."""
    language, generation = view.language, view.board.generation
    source = text("export.demo" if view.board.is_demo else "export.source", language, unit=view.unit.name)
    until = text(
        "export.until",
        language,
        day=format_date(view.until, language),
        id=generation.id if generation else "",
    )
    return [source, until, text("export.public" if view.is_public else "export.internal", language)]


def file_name(panel: Panel, view: View, suffix: str) -> str:
    """Page and panel, unit, period and audience, so that files of one meeting do not overwrite each other."""
    parts = [panel.key, view.unit.code or "all", view.period.replace("..", "_"), f"{view.until:%Y%m%d}"]
    parts += ["public"] if view.is_public else []
    kept = ["".join(sign if sign.isalnum() or sign in "-_" else "-" for sign in part) for part in parts]
    return f"{'_'.join(kept)}.{suffix}"
