"""The four reference feeds that the bureau keeps: organisations, population, lists to visit, annotations."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from etl.feeds.field import RECORD_STATUS, Feed, Field, Provenance, described


class OrgRecord(Provenance):
    """One organisation, valid between two days."""

    code = dy.String(nullable=False, metadata=described("单位代码", "code"))
    name = dy.String(nullable=False, metadata=described("单位名称", "name"))
    short_name = dy.String(nullable=True, metadata=described("单位简称", "short name"))
    parent_code = dy.String(nullable=True, metadata=described("上级单位代码", "code of the parent"))
    level_code = dy.String(nullable=False, metadata=described("层级", "level"))
    station_type_code = dy.String(nullable=True, metadata=described("派出所类型", "type of station"))
    on_time_minutes = dy.Int32(
        nullable=True, min=1, metadata=described("到达时限（分钟）", "standard minutes to arrival")
    )
    valid_from = dy.Date(nullable=True, metadata=described("启用日期", "first day valid"))
    valid_to = dy.Date(nullable=True, metadata=described("停用日期", "last day valid"))
    succeeded_by_code = dy.String(nullable=True, metadata=described("撤并后单位", "successor"))

    @dy.rule()
    def out_of_range_valid_to_before_from(cls) -> pl.Expr:
        return pl.col("valid_to") >= pl.col("valid_from")


class PopulationRecord(Provenance):
    """Residents and households of an organisation in a year."""

    org_code = dy.String(nullable=False, metadata=described("单位", "organisation"))
    year = dy.Int32(nullable=False, min=1900, max=2100, metadata=described("年份", "year"))
    residents = dy.Int64(nullable=True, min=0, metadata=described("常住人口", "residents"))
    households = dy.Int64(nullable=True, min=0, metadata=described("户数", "households"))
    is_estimate = dy.Bool(nullable=False, metadata=described("是否推算", "whether estimated"))


class VisitTargetRecord(Provenance):
    """One target on a month's list (its key stays in the archive), or the totals of a list."""

    month_start = dy.Date(nullable=False, metadata=described("月份首日", "first day of the month"))
    org_code = dy.String(nullable=False, metadata=described("单位", "organisation"))
    category_code = dy.String(nullable=False, metadata=described("走访类别", "category"))
    target_key = dy.String(nullable=True, metadata=described("走访对象键", "key of the target"))
    targets = dy.Int64(nullable=True, min=0, metadata=described("应访数", "targets on the list"))
    targets_visited = dy.Int64(nullable=True, min=0, metadata=described("已访数", "targets visited"))

    @dy.rule()
    def inconsistent_more_visited_than_listed(cls) -> pl.Expr:
        return pl.col("targets_visited") <= pl.col("targets")


class AnnotationRecord(Provenance):
    """A dated remark that charts and verdicts must know of."""

    noted_on = dy.Date(nullable=False, metadata=described("日期", "date"))
    org_code = dy.String(nullable=True, metadata=described("单位", "organisation, null = all"))
    kind_code = dy.String(nullable=False, metadata=described("类别", "kind"))
    metric_name = dy.String(nullable=True, metadata=described("涉及指标", "metric concerned, null = all"))
    text_zh = dy.String(nullable=False, metadata=described("中文说明", "text in Chinese"))
    text_en = dy.String(nullable=True, metadata=described("英文说明", "text in English"))


def derive_org(fields: pl.DataFrame) -> pl.DataFrame:
    """Fields of organisations -> columns of `OrgRecord`."""
    typed = fields.with_columns(pl.col("on_time_minutes").cast(pl.Int32))
    return typed.select(OrgRecord.column_names())


def derive_population(fields: pl.DataFrame) -> pl.DataFrame:
    """Fields of populations -> columns of `PopulationRecord`."""
    typed = fields.with_columns(pl.col("is_estimate").fill_null(False), pl.col("year").cast(pl.Int32))
    return typed.select(PopulationRecord.column_names())


def derive_visit_target(fields: pl.DataFrame) -> pl.DataFrame:
    """Fields of lists to visit -> columns of `VisitTargetRecord`."""
    return fields.rename({"month": "month_start"}).select(VisitTargetRecord.column_names())


def derive_annotation(fields: pl.DataFrame) -> pl.DataFrame:
    """Fields of annotations -> columns of `AnnotationRecord`."""
    return fields.select(AnnotationRecord.column_names())


ORG = Feed(
    "org",
    (
        RECORD_STATUS,
        Field("code", "text", "单位代码", "code", required=True),
        Field("name", "text", "单位名称", "name", required=True),
        Field("short_name", "text", "单位简称", "short name"),
        Field("parent_code", "text", "上级单位代码", "code of the parent"),
        Field("level_code", "code", "层级", "level", code_list="org_level", required=True),
        Field("station_type_code", "code", "派出所类型", "type of station", code_list="station_type"),
        Field("on_time_minutes", "integer", "到达时限", "standard minutes to arrival", minimum=1),
        Field("valid_from", "date", "启用日期", "first day valid", may_be_future=True),
        Field("valid_to", "date", "停用日期", "last day valid", may_be_future=True),
        Field("succeeded_by_code", "text", "撤并后单位代码", "successor"),
    ),
    OrgRecord,
    derive_org,
    main_key="code",
    is_reference=True,
)
POPULATION = Feed(
    "population",
    (
        RECORD_STATUS,
        Field("org_code", "org", "单位", "organisation", required=True),
        Field("year", "year", "年份", "year", required=True),
        Field("residents", "integer", "常住人口", "residents"),
        Field("households", "integer", "户数", "households"),
        Field("is_estimate", "flag", "是否推算", "whether estimated"),
    ),
    PopulationRecord,
    derive_population,
    main_key=("org_code", "year"),
    is_reference=True,
)
VISIT_TARGET = Feed(
    "visit_target",
    (
        RECORD_STATUS,
        Field("month", "month", "月份", "month", required=True),
        Field("org_code", "org", "单位", "organisation", required=True),
        Field("category_code", "code", "走访类别", "category", code_list="visit_category", required=True),
        Field("target_key", "key", "走访对象编号", "number of the target", purpose="target"),
        Field("targets", "integer", "应访数", "targets on the list"),
        Field("targets_visited", "integer", "已访数", "targets visited"),
    ),
    VisitTargetRecord,
    derive_visit_target,
    main_key=("month", "org_code", "category_code", "target_key"),
    is_reference=True,
)
ANNOTATION = Feed(
    "annotation",
    (
        RECORD_STATUS,
        Field("noted_on", "date", "日期", "date", required=True, may_be_future=True),
        Field("org_code", "org", "单位", "organisation"),
        Field("kind_code", "code", "类别", "kind", code_list="annotation_kind", required=True),
        Field("metric_name", "text", "涉及指标", "metric concerned"),
        Field("text_zh", "text", "中文说明", "text in Chinese", required=True),
        Field("text_en", "text", "英文说明", "text in English"),
    ),
    AnnotationRecord,
    derive_annotation,
    main_key=("noted_on", "org_code", "kind_code", "metric_name"),
    is_reference=True,
)
