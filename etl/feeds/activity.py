"""Work done: a quantity per day (or period), organisation and kind of work."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from etl.feeds.field import PERIOD_FIELDS, RECORD_STATUS, Feed, Field, Period, covered_days, described


class ActivityRecord(Period):
    """One archived quantity of work; "at least" stays apart from exact figures."""

    org_code = dy.String(nullable=False, metadata=described("所属单位", "organisation, at the level delivered"))
    done_on = dy.Date(nullable=True, metadata=described("日期", "day, null for a longer period"))
    activity_code = dy.String(nullable=False, metadata=described("工作项目", "kind of work"))
    channel_code = dy.String(nullable=True, metadata=described("服务渠道", "service channel"))
    part_code = dy.String(nullable=False, metadata=described("环节", "part: done, received, completed …"))
    unit_code = dy.String(nullable=True, metadata=described("计量单位", "unit"))
    quantity = dy.Int64(nullable=False, min=0, metadata=described("数量", "quantity"))
    qualifier_code = dy.String(nullable=False, metadata=described("准确数或至少", "exact, or at least"))


def derive(fields: pl.DataFrame) -> pl.DataFrame:
    """Fields of activities -> columns of `ActivityRecord`."""
    day = fields.with_columns(
        pl.coalesce("beat_code", "org_code").alias("org_code"),
        pl.col("done_at").dt.date().alias("done_on"),
        pl.col("qualifier_code").fill_null("exact"),
    )
    return day.with_columns(covered_days("done_on")).select(ActivityRecord.column_names())


FIELDS = (
    Field("activity_key", "key", "编号", "number", purpose="activity"),
    RECORD_STATUS,
    Field("org_code", "org", "单位", "organisation", required=True),
    Field("beat_code", "org", "警务区", "beat"),
    Field("done_at", "datetime", "日期", "day"),
    *PERIOD_FIELDS,
    Field("activity_code", "code", "工作项目", "kind of work", code_list="activity", required=True),
    Field("channel_code", "code", "服务渠道", "service channel", code_list="service_channel"),
    Field("part_code", "code", "环节", "part", code_list="activity_part", required=True, blank="done"),
    Field("unit_code", "code", "计量单位", "unit", code_list="unit"),
    Field("quantity", "quantity", "数量", "quantity", required=True),
    Field("qualifier_code", "code", "准确数或至少", "exact or at least", code_list="qualifier"),
)

FEED = Feed("activity", FIELDS, ActivityRecord, derive, main_key="activity_key")
