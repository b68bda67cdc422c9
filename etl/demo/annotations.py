"""The dated remarks of the demo: a law, a practice, a changed way of counting, a note."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from etl.demo import bureau
from etl.demo.plan import silent_window
from etl.demo.scope import LAW_IN_FORCE, Scope


def make_annotations(scope: Scope) -> pl.DataFrame:
    """What readers of the charts must know."""
    silent = silent_window(scope).start
    counted_anew = scope.start + timedelta(days=200)
    rows = [
        (LAW_IN_FORCE, None, "law", None, "修订后的《治安管理处罚法》施行，自行和解经公安机关认可的不予处罚",
         "The revised Public Security Administration Punishments Law recognises self-settlement"),
        (scope.practice_from, bureau.COUNTY, "practice_started", "settled_before_arrival_rate",
         "全县推行“三员合一”警民联络员先期化解",
         "Liaisons begin to settle disputes before the police arrive"),
        (counted_anew, bureau.CODES[0], "series_break", "on_time_arrival_rate",
         "到场时间改由终端自动记录", "Arrival is now recorded by the terminal, no longer by hand"),
        (silent, bureau.CODES[bureau.SILENT], "note", None,
         "系统迁移，本月未报送接处警数据", "System moved, nothing reported this month"),
    ]  # fmt: skip
    names = ("noted_on", "org_code", "kind_code", "metric_name", "text_zh", "text_en")
    known = [dict(zip(names, row, strict=True)) for row in rows if row[0] <= scope.until]
    return pl.DataFrame(known, schema_overrides={"org_code": pl.String, "metric_name": pl.String}).with_row_index("id")
