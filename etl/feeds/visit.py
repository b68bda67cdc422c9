"""Visits to households and premises: one record per visit, or a total for a period."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from etl.feeds.field import PERIOD_FIELDS, RECORD_STATUS, Feed, Field, Period, covered_days, described

COUNTS = (
    ("households_count", "走访户数", "households reached"),
    ("disputes_found_count", "发现纠纷数", "disputes found"),
    ("disputes_settled_count", "化解纠纷数", "disputes settled"),
    ("opinions_count", "收集意见数", "opinions collected"),
)


class VisitRecord(Period):
    """One archived visit; `target_key` and `record_key` never leave the archive."""

    target_key = dy.String(nullable=True, metadata=described("走访对象键", "key of the household or premises"))
    is_total = dy.Bool(nullable=False, metadata=described("是否为合计数", "whether the row is a total"))
    org_code = dy.String(nullable=False, metadata=described("所属单位", "organisation, at the level delivered"))
    visited_on = dy.Date(nullable=True, metadata=described("走访日期", "day of the visit"))
    purpose_code = dy.String(nullable=True, metadata=described("走访目的", "purpose"))
    scheme_code = dy.String(nullable=True, metadata=described("走访制度", "scheme (必访, 必核, 必宣)"))
    category_code = dy.String(nullable=True, metadata=described("走访类别", "category within the scheme"))
    target_kind_code = dy.String(nullable=True, metadata=described("走访对象种类", "kind of target"))
    transport_code = dy.String(nullable=True, metadata=described("出行方式", "transport"))
    minutes = dy.Int32(nullable=True, min=0, metadata=described("用时（分钟）", "minutes taken"))
    visit_count = dy.Int64(nullable=False, min=0, metadata=described("走访次数", "visits the row stands for"))
    households_count = dy.Int64(nullable=True, min=0, metadata=described(*COUNTS[0][1:]))
    disputes_found_count = dy.Int64(nullable=True, min=0, metadata=described(*COUNTS[1][1:]))
    disputes_settled_count = dy.Int64(nullable=True, min=0, metadata=described(*COUNTS[2][1:]))
    opinions_count = dy.Int64(nullable=True, min=0, metadata=described(*COUNTS[3][1:]))
    has_contact = dy.Bool(nullable=True, metadata=described("是否见到人", "whether anybody was met"))

    @dy.rule()
    def inconsistent_more_settled_than_found(cls) -> pl.Expr:
        return pl.col("disputes_settled_count") <= pl.col("disputes_found_count")


def derive(fields: pl.DataFrame) -> pl.DataFrame:
    """Fields of visits -> columns of `VisitRecord`."""
    day = fields.with_columns(
        pl.coalesce("beat_code", "org_code").alias("org_code"),
        pl.col("visited_at").dt.date().alias("visited_on"),
        pl.col("visit_count").is_not_null().alias("is_total"),
        pl.col("visit_count").fill_null(1),
        pl.col("minutes").cast(pl.Int32),
    )
    return day.with_columns(covered_days("visited_on")).select(VisitRecord.column_names())


FIELDS = (
    Field("visit_key", "key", "走访编号", "number of the visit", purpose="visit"),
    Field("target_key", "key", "走访对象编号", "number of the target", purpose="target"),
    RECORD_STATUS,
    Field("org_code", "org", "单位", "organisation", required=True),
    Field("beat_code", "org", "警务区", "beat"),
    Field("visited_at", "datetime", "走访时间", "when visited"),
    *PERIOD_FIELDS,
    Field("purpose_code", "code", "走访目的", "purpose", code_list="visit_purpose"),
    Field("scheme_code", "code", "走访制度", "scheme", code_list="visit_scheme"),
    Field("category_code", "code", "走访类别", "category", code_list="visit_category"),
    Field("target_kind_code", "code", "对象种类", "kind of target", code_list="target_kind"),
    Field("transport_code", "code", "出行方式", "transport", code_list="transport", blank="unknown"),
    Field("minutes", "integer", "用时", "minutes taken", maximum=3 * 1440),
    Field("visit_count", "integer", "走访次数", "visits in the total"),
    *(Field(name, "integer", zh, en) for name, zh, en in COUNTS),
    Field("has_contact", "flag", "是否见到人", "whether anybody was met"),
)

FEED = Feed("visit", FIELDS, VisitRecord, derive, main_key="visit_key")
