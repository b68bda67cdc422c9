"""Disputes and other incidents: one record per incident, or a total that a source delivers for a period."""

from __future__ import annotations

from functools import cache

import dataframely as dy
import polars as pl

from etl.feeds.field import PERIOD_FIELDS, RECORD_STATUS, Feed, Field, Period, covered_days, described
from warehouse.reference import codes_of

PARTS = (
    "received_count",
    "closed_count",
    "resolved_count",
    "failed_count",
    "referred_count",
    "referral_returned_count",
    "escalated_count",
)

# Before the name of a part: what the outcome says of it, where the source gives no total.
COMPUTED = "computed "


class IncidentRecord(Period):
    """One archived incident; `dispute_key` and `record_key` never leave the archive."""

    incident_key = dy.String(nullable=True, metadata=described("公布用案件键", "published key of the incident"))
    dispute_key = dy.String(
        nullable=True, metadata=described("纠纷键，用于90日重复", "key of the dispute, for repeats")
    )
    is_total = dy.Bool(nullable=False, metadata=described("是否为合计数", "whether the row is a total"))
    org_code = dy.String(nullable=False, metadata=described("所属单位", "organisation, at the level delivered"))
    received_on = dy.Date(nullable=True, metadata=described("接警日期", "day received"))
    received_hour = dy.Int16(nullable=True, min=0, max=23, metadata=described("接警小时", "hour received"))
    closed_on = dy.Date(nullable=True, metadata=described("办结日期", "day closed"))
    dispute_type_code = dy.String(nullable=True, metadata=described("纠纷类型", "type of dispute"))
    channel_code = dy.String(nullable=True, metadata=described("来源渠道", "channel"))
    first_responder_code = dy.String(nullable=True, metadata=described("先到场人员", "who arrived first"))
    settled_stage_code = dy.String(nullable=True, metadata=described("化解环节", "stage at which it was settled"))
    outcome_code = dy.String(nullable=True, metadata=described("处理结果", "outcome"))
    mediation_kind_code = dy.String(nullable=True, metadata=described("调解方式", "kind of mediation"))
    referral_target_code = dy.String(nullable=True, metadata=described("分流去向", "where it was referred to"))
    risk_level_code = dy.String(nullable=True, metadata=described("风险等级", "risk level"))
    programme_code = dy.String(nullable=True, metadata=described("工作法", "programme"))
    is_urgent = dy.Bool(nullable=True, metadata=described("是否紧急", "whether urgent"))
    is_non_police = dy.Bool(nullable=True, metadata=described("是否非警务", "whether it is no police matter"))
    response_minutes = dy.Int32(nullable=True, min=0, metadata=described("到达时长（分钟）", "minutes to arrival"))
    days_to_close = dy.Int32(nullable=True, min=0, metadata=described("办结用时（天）", "days from receipt to closing"))
    incident_count = dy.Int64(nullable=False, min=0, metadata=described("件数", "incidents the row stands for"))
    received_count = dy.Int64(nullable=True, min=0, metadata=described("受理数", "of these, received"))
    closed_count = dy.Int64(nullable=True, min=0, metadata=described("办结数", "of these, closed"))
    resolved_count = dy.Int64(nullable=True, min=0, metadata=described("化解数", "of these, resolved"))
    failed_count = dy.Int64(nullable=True, min=0, metadata=described("未化解终结数", "of these, closed unresolved"))
    referred_count = dy.Int64(nullable=True, min=0, metadata=described("分流数", "of these, referred"))
    referral_returned_count = dy.Int64(nullable=True, min=0, metadata=described("分流回复数", "of these, returned"))
    escalated_count = dy.Int64(nullable=True, min=0, metadata=described("民转刑数", "of these, turned criminal"))

    @dy.rule()
    def out_of_range_closed_before_received(cls) -> pl.Expr:
        return pl.col("closed_on") >= pl.col("received_on")

    @dy.rule()
    def inconsistent_part_exceeds_total(cls) -> pl.Expr:
        return pl.all_horizontal(pl.col(part).fill_null(0) <= pl.col("incident_count") for part in PARTS)

    @dy.rule()
    def inconsistent_more_settled_than_closed(cls) -> pl.Expr:
        return pl.col("resolved_count") + pl.col("failed_count") <= pl.col("closed_count")


@cache
def parts_by_outcome() -> pl.DataFrame:
    """The parts of one incident for every outcome code, from the flags of the code table (design §4, Parts)."""
    flags = pl.col("flags")

    def part(*wanted: str) -> pl.Expr:
        return pl.any_horizontal(flags.list.contains(flag) for flag in wanted).cast(pl.Int64)

    return codes_of("outcome").select(
        pl.col("code").cast(pl.Categorical).alias("outcome_code"),
        part("open", "closed", "referred").alias(f"{COMPUTED}received_count"),
        part("closed").alias(f"{COMPUTED}closed_count"),
        part("success").alias(f"{COMPUTED}resolved_count"),
        part("failure").alias(f"{COMPUTED}failed_count"),
        part("referred").alias(f"{COMPUTED}referred_count"),
        part("escalation").alias(f"{COMPUTED}escalated_count"),
    )


def derive(fields: pl.DataFrame) -> pl.DataFrame:
    """Fields of incidents -> columns of `IncidentRecord`."""
    days, columns = _steps()
    return with_parts(fields.with_columns(days).with_columns(columns)).select(IncidentRecord.column_names())


@cache
def _steps() -> tuple[list[pl.Expr], list[pl.Expr]]:
    """To write them down takes longer than to work them out."""
    days = [pl.col("received_at").dt.date().alias("received_on"), pl.col("closed_at").dt.date().alias("closed_on")]
    start, end = covered_days("received_on")
    is_total = pl.col("incident_count").is_not_null()
    started = pl.coalesce("dispatched_at", "received_at")
    minutes = (pl.col("arrived_at") - started).dt.total_minutes().cast(pl.Int32)
    return days, [
        pl.coalesce("beat_code", "org_code").alias("org_code"),
        start,
        end,
        is_total.alias("is_total"),
        pl.coalesce(pl.col("response_minutes").cast(pl.Int32), minutes).alias("response_minutes"),
        (pl.col("closed_on") - pl.col("received_on")).dt.total_days().cast(pl.Int32).alias("days_to_close"),
        pl.col("incident_count").fill_null(1),
        pl.when(~is_total).then("incident_key").alias("incident_key"),
    ]


def with_parts(records: pl.DataFrame) -> pl.DataFrame:
    """Single records take their parts from the outcome; totals keep what was delivered; unknown stays null."""
    outcomes = pl.DataFrame({"outcome_code": records["outcome_code"].cast(pl.Categorical)})
    # One look-up for all parts, of the one column: the wide frame is not copied.
    found = outcomes.join(parts_by_outcome(), on="outcome_code", how="left", maintain_order="left")
    return records.hstack(found.get_columns()[1:]).with_columns(_parts())


@cache
def _parts() -> list[pl.Expr]:
    computed = {name: pl.col(f"{COMPUTED}{name}") for name in PARTS}
    # A case that names where it was sent and is closed by now was referred and has come back.
    returned = pl.col("referral_target_code").is_not_null() & (computed["closed_count"] == 1)
    computed["referral_returned_count"] = pl.when(computed["closed_count"].is_not_null()).then(returned.cast(pl.Int64))
    computed["referred_count"] = pl.max_horizontal(computed["referred_count"], computed["referral_returned_count"])
    return [pl.when("is_total").then(pl.col(name)).otherwise(computed[name]).alias(name) for name in PARTS]


FIELDS = (
    Field("source_key", "key", "警情编号", "number of the incident", purpose="incident"),
    Field("dispute_key", "key", "关联案件编号", "number of the related case", purpose="dispute"),
    RECORD_STATUS,
    Field("org_code", "org", "单位", "organisation", required=True),
    Field("beat_code", "org", "警务区", "beat"),
    Field("received_at", "datetime", "接警时间", "when received"),
    Field("dispatched_at", "datetime", "派警时间", "when dispatched"),
    Field("arrived_at", "datetime", "到场时间", "when the first responder arrived"),
    Field("closed_at", "datetime", "办结时间", "when closed"),
    *PERIOD_FIELDS,
    Field("dispute_type_code", "code", "纠纷类型", "type of dispute", code_list="dispute_type"),
    Field("channel_code", "code", "来源渠道", "channel", code_list="channel", blank="unknown"),
    Field(
        "first_responder_code",
        "code",
        "先到场人员",
        "who arrived first",
        code_list="first_responder",
        blank="unknown",
    ),
    Field(
        "settled_stage_code",
        "code",
        "化解环节",
        "stage settled at",
        code_list="settled_stage",
        blank="unknown",
    ),
    Field("outcome_code", "code", "处理结果", "outcome", code_list="outcome", blank="pending"),
    Field(
        "mediation_kind_code",
        "code",
        "调解方式",
        "kind of mediation",
        code_list="mediation_kind",
        blank="none",
    ),
    Field("referral_target_code", "code", "分流去向", "referred to", code_list="referral_target"),
    Field("risk_level_code", "code", "风险等级", "risk level", code_list="risk_level", blank="ungraded"),
    Field("programme_code", "code", "工作法", "programme", code_list="programme", blank="none"),
    Field("is_urgent", "flag", "是否紧急", "whether urgent"),
    Field("is_non_police", "flag", "是否非警务", "whether no police matter"),
    Field("response_minutes", "integer", "到达时长", "minutes to arrival", maximum=7 * 1440),
    Field("incident_count", "integer", "件数", "incidents in the total"),
    *(Field(part, "integer", part.removesuffix("_count"), part.replace("_", " ")) for part in PARTS),
)

FEED = Feed("incident", FIELDS, IncidentRecord, derive, main_key="source_key")
