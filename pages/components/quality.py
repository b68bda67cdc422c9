"""Everything the data-quality page shows, from the ledger of the generation and the last night's report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from pages.components.cards import plain, plain_cells
from pages.components.data import Board, held_batches, read
from pages.components.labels import text
from warehouse.reference import Language, reason_sentence
from warehouse.wording import begin_sentence, format_exact, format_share, join_sentences

PARTS = ("loaded", "quarantined", "duplicates", "dropped")
COUNTS = ("rows_in", *PARTS, "records")
SHOWN_MONTHS = 12
SIGNS = {"full": "", "part": "◐", "none": "×"}


def answer(files: pl.DataFrame, *, refused: int, held: int, language: Language) -> str:
    """The first line: how many rows came, where they went, whether it adds up, and what waits."""
    loaded = files.filter(pl.col("status") != "refused")
    unbalanced = int((~files["is_balanced"]).sum())
    balance = text("quality.unbalanced", language, n=unbalanced) if unbalanced else text("quality.balanced", language)
    trouble = (
        text("quality.trouble", language, refused=refused, held=held)
        if refused or held
        else text("quality.no_trouble", language)
    )
    sums = {name: format_exact(int(loaded[name].sum())) for name in PARTS}
    return text(
        "quality.answer",
        language,
        files=format_exact(loaded.height),
        rows=format_exact(int(loaded["rows_in"].sum())),
        balance=balance,
        trouble=trouble,
        **sums,
    )


def totals(files: pl.DataFrame, language: Language) -> pl.DataFrame:
    """The ledger per feed; the check mark says that every file of the feed adds up."""
    return (
        files.filter(pl.col("status") != "refused")
        .group_by(_feed(language), maintain_order=True)
        .agg(pl.len().alias("files"), *(pl.col(name).sum() for name in COUNTS), pl.col("is_balanced").all())
        .sort("rows_in", descending=True)
        .select("feed", "files", "rows_in", *PARTS, _balance(), "records")
    )


def totals_title(files: pl.DataFrame, language: Language) -> str:
    """The share of rows that were loaded."""
    rows, loaded = int(files["rows_in"].sum()), int(files["loaded"].sum())
    if rows == 0:
        return text("totals.title_none", language)
    return text("totals.title", language, rows=format_exact(rows), share=format_share(loaded, rows))


def _feed(language: Language) -> pl.Expr:
    return _begin(f"feed_{language}").alias("feed")


def _begin(column: str) -> pl.Expr:
    """The words with a capital letter, as `begin_sentence` writes them."""
    return pl.col(column).str.head(1).str.to_uppercase() + pl.col(column).str.slice(1)


def _balance() -> pl.Expr:
    return pl.when("is_balanced").then(pl.lit("✓")).otherwise(pl.lit("✗")).alias("balance")


def ledger(files: pl.DataFrame, language: Language) -> pl.DataFrame:
    """One row per file, newest first."""
    days = pl.when(pl.col("earliest_on").is_not_null()).then(pl.format("{} – {}", "earliest_on", "latest_on"))
    return files.select(
        plain_cells(files["file_label"]).alias("file"),
        _feed(language),
        pl.col(f"status_{language}").alias("status"),
        "rows_in",
        *PARTS,
        _balance(),
        "records",
        "encoding",
        days.alias("days"),
    )


def delivery(board: Board, feed: str, language: Language) -> pl.DataFrame:
    """Unit × month of one feed: what `charts.delivery` draws; empty where the feed was never delivered."""
    own = read(board, "unit_coverage").filter(pl.col("feed") == feed)
    latest = own["month_start"].unique().sort().tail(SHOWN_MONTHS).to_list()
    named = (
        read(board, "organisations")
        .select("code", "name")
        .join(
            own.filter(pl.col("month_start").is_in(latest)),
            left_on="code",
            right_on="org_code",
            maintain_order="left_right",
        )
    )
    state = (
        pl.when(pl.col("days_covered") == pl.col("days_due"))
        .then(pl.lit("full"))
        .when(pl.col("days_covered") > 0)
        .then(pl.lit("part"))
        .otherwise(pl.lit("none"))
    )
    cells = named.with_columns(state=state).sort("month_start", maintain_order=True)
    return cells.with_columns(
        sign=pl.col("state").replace_strict(SIGNS, return_dtype=pl.String),
        # The number alone: twelve of them stand side by side on a phone.
        month=pl.col("month_start").dt.month().cast(pl.String),
        note=pl.Series([_note(row, language) for row in cells.iter_rows(named=True)], dtype=pl.String),
    )


def delivery_title(cells: pl.DataFrame, *, feed: str, language: Language) -> str:
    """How many gaps there are, and at how many units."""
    if cells.is_empty():
        return text("delivery.title_never", language, feed=feed)
    gaps = cells.filter(pl.col("state") != "full")
    values = {"feed": feed, "months": cells["month_start"].n_unique()}
    if gaps.is_empty():
        return text("delivery.title", language, **values)
    return text("delivery.title_lacking", language, **values, n=gaps.height, units=gaps["code"].n_unique())


def _note(row: Mapping[str, Any], language: Language) -> str:
    key = f"delivery.{row['state']}"
    month = f"{row['month_start']:%Y-%m}"
    return text(key, language, month=month, n=row["days_covered"], all=row["days_due"])


def reasons(board: Board, language: Language) -> pl.DataFrame:
    """Reasons for quarantine with what they mean and what to do."""
    rows = []
    for code, zh, en, count in read(board, "reasons").iter_rows():
        known = reason_sentence(code, language=language, level="row")
        name = begin_sentence({"zh": zh, "en": en}[language] or code)
        rows.append((name, count, plain(join_sentences((known.sentence, known.remedy), language))))
    schema = {"reason": pl.String, "rows": pl.Int64, "meaning": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")


def reasons_title(rows: pl.DataFrame, language: Language) -> str:
    """The most frequent reason and its share."""
    if rows.is_empty():
        return text("reasons.title_none", language)
    largest, whole = rows.row(0, named=True), int(rows["rows"].sum())
    return text(
        "reasons.title",
        language,
        reason=largest["reason"],
        n=format_exact(largest["rows"]),
        whole=format_exact(whole),
        share=format_share(largest["rows"], whole),
    )


def refused(board: Board, language: Language) -> pl.DataFrame:
    """Files that the last night refused: where, what was found and what to do."""
    entries = (board.night or {}).get("refused", ())
    rows = [(plain(entry["file"]), _place(entry, language), plain(entry[language])) for entry in entries]
    schema = {"file": pl.String, "place": pl.String, "meaning": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _place(entry: Mapping[str, Any], language: Language) -> str:
    parts = []
    if entry.get("sheet"):
        parts.append(text("refused.sheet", language, sheet=plain(entry["sheet"])))
    if entry.get("line"):
        parts.append(text("refused.line", language, line=entry["line"]))
    return text("fresh.joiner", language).join(parts) or text("refused.whole_file", language)


def held(board: Board) -> pl.DataFrame:
    """Batches that wait for a decision."""
    rows = [(batch, entry.get("since", "").replace("T", " ")) for batch, entry in held_batches(board).items()]
    return pl.DataFrame(rows, schema={"batch": pl.String, "since": pl.String}, orient="row")


def generations(board: Board, language: Language) -> pl.DataFrame:
    """The generations kept, newest first, with which one is shown."""
    current = board.generation.id if board.generation else None
    rows = []
    for generation in board.kept:
        manifest = generation.manifest
        state = text("generations.current" if generation.id == current else "generations.kept", language)
        records = sum(_fact_rows(manifest).values())
        built = str(manifest.get("built_at", "")).replace("T", " ")
        rows.append((plain(generation.id), built, state, len(generation.batches), records))
    schema = {
        "generation": pl.String,
        "built": pl.String,
        "state": pl.String,
        "batches": pl.Int64,
        "records": pl.Int64,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def changes(board: Board, language: Language) -> tuple[str, str, pl.DataFrame]:
    """Rows per feed in this generation and the one before it: ids before and now are in the subtitle."""
    older = [one for one in board.kept if board.generation and one.id < board.generation.id]
    if not older or board.generation is None:
        return "", "", pl.DataFrame()
    before, now = _fact_rows(older[0].manifest), _fact_rows(board.generation.manifest)
    feeds = read(board, "data_until").select("feed", _begin(language))
    names = dict(feeds.iter_rows())
    rows = [(names[feed], before[feed], now[feed], _signed(now[feed] - before[feed])) for feed in names]
    moved = [text("changes.one", language, feed=row[0], change=row[3]) for row in rows if row[1] != row[2]]
    title = (
        text("changes.title", language, text=text("fresh.joiner", language).join(moved))
        if moved
        else text("changes.title_same", language)
    )
    subtitle = text("changes.subtitle", language, before=older[0].id, now=board.generation.id)
    schema = {"feed": pl.String, "before": pl.Int64, "now": pl.Int64, "change": pl.String}
    return title, subtitle, pl.DataFrame(rows, schema=schema, orient="row")


def _signed(change: int) -> str:
    return f"{change:+,}" if change else "0"


def _fact_rows(manifest: Mapping[str, Any]) -> dict[str, int]:
    tables = manifest.get("tables", {})
    feeds = ("incident", "mediation", "visit", "satisfaction", "activity")
    return {feed: int(tables.get(f"core.fct_{feed}", 0)) for feed in feeds}
