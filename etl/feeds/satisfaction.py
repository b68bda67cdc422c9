"""Satisfaction: one record per invitation, answered or not."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from etl.feeds.field import PERIOD_FIELDS, RECORD_STATUS, Feed, Field, Period, covered_days, described

STATUSES = ("dont_know", "refused", "no_contact")


class SatisfactionRecord(Period):
    """One archived invitation to rate."""

    org_code = dy.String(nullable=False, metadata=described("所属单位", "organisation, at the level delivered"))
    invited_on = dy.Date(nullable=False, metadata=described("邀请日期", "day invited"))
    answered_on = dy.Date(nullable=True, metadata=described("答复日期", "day answered"))
    survey_code = dy.String(nullable=False, metadata=described("调查", "survey"))
    scale_points = dy.Int16(nullable=False, min=2, max=11, metadata=described("量表级数", "points of the scale"))
    mode_code = dy.String(nullable=True, metadata=described("方式", "mode"))
    subject_code = dy.String(nullable=True, metadata=described("评价对象", "what was rated"))
    level = dy.Int16(nullable=True, min=1, metadata=described("等级，越大越满意", "level, more is better"))
    answer_status_code = dy.String(nullable=False, metadata=described("应答状态", "state of the answer"))
    weight = dy.Float64(nullable=False, min=0, metadata=described("权重", "weight"))

    @dy.rule()
    def out_of_range_level_above_scale(cls) -> pl.Expr:
        return pl.col("level") <= pl.col("scale_points")

    @dy.rule()
    def out_of_range_answered_before_invited(cls) -> pl.Expr:
        return pl.col("answered_on") >= pl.col("invited_on")


def derive(fields: pl.DataFrame) -> pl.DataFrame:
    """Fields of invitations -> columns of `SatisfactionRecord`; an empty answer is no contact, never a zero."""
    answer = pl.col("level")
    is_status = answer.is_in(STATUSES)
    typed = fields.with_columns(
        pl.coalesce("beat_code", "org_code").alias("org_code"),
        pl.col("invited_at").dt.date().alias("invited_on"),
        pl.col("answered_at").dt.date().alias("answered_on"),
        pl.col("scale_points").cast(pl.Int16).fill_null(5),
        pl.when(~is_status).then(answer).cast(pl.Int16).alias("level"),
        pl.when(is_status)
        .then(answer)
        .when(answer.is_null())
        .then(pl.lit("no_contact"))
        .otherwise(pl.lit("valid"))
        .alias("answer_status_code"),
        pl.col("weight").fill_null(1.0),
    )
    return typed.with_columns(covered_days("invited_on")).select(SatisfactionRecord.column_names())


FIELDS = (
    Field("reply_key", "key", "回访编号", "number of the invitation", purpose="satisfaction"),
    RECORD_STATUS,
    Field("org_code", "org", "单位", "organisation", required=True),
    Field("beat_code", "org", "警务区", "beat"),
    Field("invited_at", "datetime", "邀请时间", "when invited", required=True),
    Field("answered_at", "datetime", "答复时间", "when answered"),
    *PERIOD_FIELDS,
    Field("survey_code", "code", "调查", "survey", code_list="survey", required=True),
    Field("scale_points", "integer", "量表级数", "points of the scale", minimum=2, maximum=11),
    Field("mode_code", "code", "方式", "mode", code_list="survey_mode"),
    Field("subject_code", "code", "评价对象", "what was rated", code_list="subject"),
    Field("level", "level", "评价等级", "level or why there is none", code_list="satisfaction_level"),
    Field("weight", "decimal", "权重", "weight"),
)

FEED = Feed("satisfaction", FIELDS, SatisfactionRecord, derive, main_key="reply_key")
