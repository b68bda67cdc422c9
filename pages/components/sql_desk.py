"""The desk of one reader: the text in the editor, the query that runs or ran, the file that is being made of it.

Kept in the session, apart from any drawing, so that a page left in the middle finds everything as it was. Nothing runs
by opening a page or a link: only `start` hands a query in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pages.components.result_files import Stamp, Suffix
from pages.components.sql_editor import Mark
from pages.components.sql_link import query_of
from pages.components.sql_parameters import names_in
from pages.components.sql_presence import Presence, watch
from pages.components.sql_run import Job, Run, hand_in
from warehouse.generations import Generation
from warehouse.sandbox import DOWNLOAD

# A query that takes no longer is answered in the run that asks it, without a page that says "wait".
AT_ONCE_SECONDS = 1.0


@dataclass
class Desk:
    """Everything on the desk; `revision` changes where the page gives the editor another text."""

    text: str = ""
    loaded: str = ""
    revision: int = 0
    link: str | None = None
    typed: dict[str, str] = field(default_factory=dict)
    # A link was opened and its query has not been run yet; a link could not be read.
    is_unread: bool = False
    is_damaged: bool = False
    wants_run: bool = False
    run: Run | None = None
    job: Job | None = None
    runs: int = 0

    def load(self, text: str, typed: Mapping[str, str] | None = None) -> None:
        """Put another query on the desk."""
        self.text = self.loaded = text
        self.typed = dict(typed or {})
        self.revision += 1
        self.is_unread = self.is_damaged = False

    def arrive(self) -> None:
        """Give the editor of a page that is opened anew what the desk holds."""
        is_unread, is_damaged = self.is_unread, self.is_damaged
        self.load(self.text, self.typed)
        self.is_unread, self.is_damaged = is_unread, is_damaged

    @property
    def mark(self) -> Mark | None:
        """Where the last run found a mistake; the editor drops it itself when its text is changed."""
        return self.run.mark if self.run and self.run.revision == self.revision else None

    def open_link(self, link: str | None, typed: Mapping[str, str]) -> None:
        """Take over the query that the address names, where it is another one than before."""
        if not link or link == self.link:
            return
        self.link = link
        query = query_of(link)
        if query is None:
            self.is_damaged = True
        elif query != self.text:
            self.load(query, typed)
            self.is_unread = True

    def note(self, text: str) -> None:
        """What the editor says it holds."""
        self.text = text

    def ask(self, text: str | None = None) -> None:
        """Run the query as soon as everything that belongs to it has been read."""
        if text is not None:
            self.text = text
        self.wants_run = True

    def start(self, generation: Generation, *, user: str | None, is_here: Presence) -> Run:
        """Hand the query in, in the place of the one before; it stops when the reader goes."""
        self.wants_run = self.is_unread = False
        self.stop()
        self.runs += 1
        self.job = None
        typed = {name: self.typed.get(name, "") for name in names_in(self.text)}
        self.run = hand_in(self.text, typed, generation, number=self.runs, revision=self.revision, user=user)
        self.run.settle(timeout=AT_ONCE_SECONDS)
        if not self.run.is_finished:
            watch(self.run.ticket, is_here)
        return self.run

    def stop(self) -> None:
        """Cancel what still runs."""
        if self.run and not self.run.is_finished:
            self.run.ticket.cancel()

    def make_file(self, suffix: Suffix, stamp: Stamp, *, user: str | None, is_here: Presence) -> None:
        """Ask the query of the answer that is shown once more, whole, and write it to a file."""
        if self.run is None:
            return
        self.runs += 1
        shown = self.run
        again = hand_in(
            shown.sql,
            shown.typed,
            shown.generation,
            number=self.runs,
            revision=shown.revision,
            user=user,
            limits=DOWNLOAD,
        )
        self.job = Job(suffix, again)
        self.job.begin(stamp)
        watch(again.ticket, is_here)
