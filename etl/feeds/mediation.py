"""Mediation sessions: one record per session held."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from etl.feeds.field import PERIOD_FIELDS, RECORD_STATUS, Feed, Field, Period, covered_days, described

FLAGS = (
    ("is_on_request", "是否订单式（群众预约）", "whether asked for by the people"),
    ("is_joint", "是否联合调解", "whether held by several bodies"),
    ("has_lawyer", "是否有律师参与", "whether a lawyer took part"),
    ("has_judge", "是否有法官参与", "whether a judge took part"),
    ("has_industry_body", "是否有行业组织参与", "whether an industry body took part"),
    ("has_agreement", "是否达成协议", "whether an agreement was reached"),
    ("is_fulfilled", "协议是否履行", "whether the agreement was fulfilled"),
)


class MediationRecord(Period):
    """One archived mediation session."""

    incident_key = dy.String(nullable=True, metadata=described("公布用案件键", "published key of the incident"))
    org_code = dy.String(nullable=False, metadata=described("所属单位", "organisation, at the level delivered"))
    session_no = dy.Int32(nullable=True, min=1, metadata=described("第几次调解", "number of the session"))
    held_on = dy.Date(nullable=False, metadata=described("调解日期", "day held"))
    mediation_kind_code = dy.String(nullable=True, metadata=described("调解方式", "kind of mediation"))
    lead_body_code = dy.String(nullable=True, metadata=described("牵头单位", "leading body"))
    place_code = dy.String(nullable=True, metadata=described("调解地点", "kind of place"))
    is_on_request = dy.Bool(nullable=True, metadata=described(*FLAGS[0][1:]))
    is_joint = dy.Bool(nullable=True, metadata=described(*FLAGS[1][1:]))
    has_lawyer = dy.Bool(nullable=True, metadata=described(*FLAGS[2][1:]))
    has_judge = dy.Bool(nullable=True, metadata=described(*FLAGS[3][1:]))
    has_industry_body = dy.Bool(nullable=True, metadata=described(*FLAGS[4][1:]))
    has_agreement = dy.Bool(nullable=True, metadata=described(*FLAGS[5][1:]))
    is_fulfilled = dy.Bool(nullable=True, metadata=described(*FLAGS[6][1:]))

    @dy.rule()
    def inconsistent_fulfilled_without_agreement(cls) -> pl.Expr:
        return pl.col("has_agreement") | ~pl.col("is_fulfilled")


def derive(fields: pl.DataFrame) -> pl.DataFrame:
    """Fields of sessions -> columns of `MediationRecord`."""
    day = fields.with_columns(
        pl.coalesce("beat_code", "org_code").alias("org_code"),
        pl.col("held_at").dt.date().alias("held_on"),
        pl.col("session_no").cast(pl.Int32),
    )
    return day.with_columns(covered_days("held_on")).select(MediationRecord.column_names())


FIELDS = (
    Field("session_key", "key", "调解编号", "number of the session", purpose="mediation"),
    Field("source_key", "key", "警情编号", "number of the incident", purpose="incident"),
    RECORD_STATUS,
    Field("org_code", "org", "单位", "organisation", required=True),
    Field("beat_code", "org", "警务区", "beat"),
    Field("held_at", "datetime", "调解时间", "when held", required=True),
    *PERIOD_FIELDS,
    Field("session_no", "integer", "第几次", "number of the session", minimum=1, maximum=99),
    Field("mediation_kind_code", "code", "调解方式", "kind of mediation", code_list="mediation_kind"),
    Field("lead_body_code", "code", "牵头单位", "leading body", code_list="lead_body"),
    Field("place_code", "code", "调解地点", "kind of place", code_list="place"),
    *(Field(name, "flag", zh, en) for name, zh, en in FLAGS),
)

FEED = Feed("mediation", FIELDS, MediationRecord, derive, main_key="session_key")
