"""All files of the demo, feed by feed: what a messy bureau sends, or one tidy file per feed and year."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property

import polars as pl

from etl.demo import bureau, versions
from etl.demo.activities import make_activities, make_services
from etl.demo.annotations import make_annotations
from etl.demo.faults import Fault
from etl.demo.incidents import make_incidents
from etl.demo.mediations import make_mediations
from etl.demo.plan import (
    ALL,
    COUNTY,
    DISTRICT,
    OWN,
    PlannedFile,
    Senders,
    Window,
    incident_windows,
    styled,
    update_days,
    windows,
)
from etl.demo.scope import Scope
from etl.demo.styles import STYLES, TIDY, WORKBOOKS
from etl.demo.surveys import first_day_of_surveys, make_surveys
from etl.demo.visits import make_visit_targets, make_visits

TITLES = {
    "bureau_org": "机构名录",
    "bureau_population": "常住人口",
    "bureau_visit_target": "应访名单",
    "bureau_annotation": "口径与大事标注",
    "bureau_incident": "接处警登记",
    "bureau_mediation": "调解登记",
    "bureau_visit": "走访登记",
    "bureau_satisfaction": "满意度回访",
    "bureau_activity": "业务工作登记",
    "bureau_activity_month": "窗口业务月报",
}
UPDATE_TITLE = "纠纷警情更新"
# The moment by which the rows of a feed fall into windows; the others are handed in whole.
MOMENTS = {
    "bureau_incident": "received_at",
    "bureau_mediation": "held_at",
    "bureau_visit": "visited_at",
    "bureau_satisfaction": "invited_at",
    "bureau_activity": "done_at",
    "bureau_activity_month": "period_month",
    "bureau_visit_target": "month",
}
STRUCK_OUT_VISIT = 500  # every so manieth visit is withdrawn


@dataclass(frozen=True)
class Deliveries:
    """The records of the bureau, made once, and the files that carry them."""

    scope: Scope

    @cached_property
    def incidents(self) -> pl.DataFrame:
        """All incidents as they happened, with the days of their deliveries; without the unreported month."""
        return versions.with_deliveries(self.scope, self._happened)

    @cached_property
    def _happened(self) -> pl.DataFrame:
        return make_incidents(self.scope)

    @cached_property
    def visits(self) -> pl.DataFrame:
        """All visits; a few are withdrawn at the source."""
        is_struck_out = pl.col("id") % STRUCK_OUT_VISIT == 7
        status = pl.when(is_struck_out).then(pl.lit("withdrawn")).otherwise(pl.lit("active"))
        version = pl.when(is_struck_out).then(versions.STRUCK_OUT).otherwise(versions.CLOSED)
        return make_visits(self.scope).with_columns(status.alias("record_status_code"), version.alias("version"))

    def rows_of(self, mapping: str) -> pl.DataFrame:
        """All rows of a mapping in their last state."""
        makers = {
            "bureau_incident": lambda: versions.final_rows(self.incidents),
            "bureau_mediation": lambda: make_mediations(self.scope, self._happened),
            "bureau_visit": lambda: self.visits,
            "bureau_satisfaction": lambda: make_surveys(self.scope, self._happened, self.visits),
            "bureau_activity": lambda: make_activities(self.scope),
            "bureau_activity_month": lambda: make_services(self.scope),
            "bureau_visit_target": lambda: make_visit_targets(self.scope),
            "bureau_org": lambda: bureau.organisations().with_row_index("id"),
            "bureau_population": lambda: bureau.populations(self.scope).with_row_index("id"),
            "bureau_annotation": lambda: make_annotations(self.scope),
        }
        return makers[mapping]()

    def tidy(self) -> Iterator[PlannedFile]:
        """One plain file per feed and year."""
        delivered = self.scope.until + timedelta(days=2)
        for mapping, title in TITLES.items():
            rows = self.rows_of(mapping)
            if mapping not in MOMENTS:
                file = PlannedFile(mapping, title, ALL, rows, delivered, TIDY, is_messy=False, has_persons=False)
                yield file
                continue
            senders = Senders(mapping, title, MOMENTS[mapping], {ALL: windows(self._first_month, self.scope.until, 12)})
            for file in senders.files(rows):
                # All at the end: a case of an early year may have been closed years later.
                yield replace(file, style=TIDY, delivered=delivered, is_messy=False, has_persons=False)

    @property
    def _first_month(self) -> date:
        return self.scope.start.replace(day=1)

    def messy(self) -> Iterator[PlannedFile]:
        """Everything as it really arrives."""
        yield from self._references()
        yield from self._incidents()
        yield from self._others()

    def _references(self) -> Iterator[PlannedFile]:
        early, late = self.scope.start + timedelta(days=4), self.scope.until + timedelta(days=2)
        yield self._with_bad_row(
            "bureau_org", early, Fault("bad_code", lambda *_: {"level_code": "班组"}), workbook=True
        )
        yield self._with_bad_row("bureau_annotation", late, Fault("bad_date", lambda *_: {"noted_on": "2025-02-29"}))
        population = self.rows_of("bureau_population")
        for turn, year in enumerate(range(self.scope.start.year, self.scope.until.year + 1)):
            # Each year's table repeats the years before.
            known = population.filter(pl.col("year") <= year)
            delivered = min(date(year, 3, 1), late)
            yield PlannedFile(
                "bureau_population",
                TITLES["bureau_population"],
                ALL,
                known,
                delivered,
                styled(ALL, turn),
                turn=turn,
            )

    def _with_bad_row(self, mapping: str, delivered: date, fault: Fault, *, workbook: bool = False) -> PlannedFile:
        """A reference list with one row too many, which goes wrong: none of the true ones may be missing."""
        rows = self.rows_of(mapping)
        surplus = rows[:1].with_columns(pl.lit(rows.height).cast(rows["id"].dtype).alias("id"))
        if "code" in rows.columns:
            surplus = surplus.with_columns(
                code=pl.lit("990199990000"), name=pl.lit("临时警务点"), short_name=pl.lit(None, pl.String)
            )
        together = pl.concat([rows[:1], surplus, rows[1:]])
        style = WORKBOOKS[0] if workbook else STYLES[1]
        return PlannedFile(mapping, TITLES[mapping], ALL, together, delivered, style, forced={1: fault})

    def _incidents(self) -> Iterator[PlannedFile]:
        incidents, title = self.incidents, TITLES["bureau_incident"]
        senders = Senders("bureau_incident", title, "received_at", incident_windows(self.scope))
        yield from senders.files(versions.first_rows(incidents))
        for turn, day in enumerate(update_days(self.scope)):
            rows = versions.update_rows(incidents, day)
            if rows.height:
                yield PlannedFile("bureau_incident", UPDATE_TITLE, ALL, rows, day, styled(ALL, turn), turn=turn)
        yield from self._exported_again()

    def _exported_again(self) -> Iterator[PlannedFile]:
        """Two windows once more, as the system holds them half a year later."""
        for sender, number in ((DISTRICT, 1), (COUNTY, 2)):
            spans = incident_windows(self.scope)[sender]
            window = spans[min(number, len(spans) - 1)]
            day = min(window.delivered + timedelta(days=185), self.scope.until + timedelta(days=12))
            rows = versions.rows_known_on(self.incidents, window, sender, day)
            if rows.is_empty():
                continue
            style = styled(sender, number + 3)
            yield PlannedFile(
                "bureau_incident",
                TITLES["bureau_incident"],
                sender,
                rows,
                day,
                style,
                window,
                number,
                is_messy=False,
            )

    def _others(self) -> Iterator[PlannedFile]:
        every = {months: windows(self.scope.start, self.scope.until, months) for months in (3, 6, 12)}
        yield from self._sent(
            "bureau_mediation", {DISTRICT: every[6], COUNTY: every[6], OWN: every[12]}, (COUNTY, 1, 9)
        )
        yield from self._sent("bureau_visit", {DISTRICT: every[3], COUNTY: every[6], OWN: every[12]}, (DISTRICT, 2, 30))
        opened = first_day_of_surveys(self.scope)
        yield self._nobody_asked(opened)
        yield from self._sent("bureau_satisfaction", {ALL: windows(opened, self.scope.until, 6)}, (ALL, 1, 12))
        yield from self._sent(
            "bureau_activity", {DISTRICT: every[12], COUNTY: every[12], OWN: every[12]}, (COUNTY, 0, 20)
        )
        months = windows(self._first_month, self.scope.until, 12)
        yield from self._sent("bureau_activity_month", {ALL: months}, (ALL, 0, 15), is_workbook=True)
        yield from self._sent("bureau_visit_target", {DISTRICT: months, COUNTY: months, OWN: months}, (DISTRICT, 0, 8))

    def _sent(
        self,
        mapping: str,
        spans: dict[str, list[Window]],
        again: tuple[str, int, int],
        *,
        is_workbook: bool = False,
    ) -> Iterator[PlannedFile]:
        senders = Senders(mapping, TITLES[mapping], MOMENTS[mapping], spans, is_workbook)
        return senders.files(self.rows_of(mapping), again=(again,))

    def _nobody_asked(self, opened: date) -> PlannedFile:
        """The first month of the call-back centre: a header, no rows, and a window that says zero."""
        end = opened - timedelta(days=1)
        window = Window(self.scope.start, end, end + timedelta(days=3))
        rows = self.rows_of("bureau_satisfaction").clear()
        return PlannedFile(
            "bureau_satisfaction",
            TITLES["bureau_satisfaction"],
            ALL,
            rows,
            window.delivered,
            STYLES[1],
            window,
        )
