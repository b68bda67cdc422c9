"""A reader's session over the wire, without a browser: run a page of a running board, and read what was sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect

RUN_SECONDS = 120.0


@dataclass(frozen=True)
class PageRun:
    """What one run of a page sent, in order."""

    messages: tuple[ForwardMsg, ...]
    is_good: bool

    def elements(self, kind: str | None = None) -> Iterator[Any]:
        """The elements of a kind as Streamlit's protobufs, such as `markdown` or `vega_lite_chart`; all without one."""
        for message in self.messages:
            if message.WhichOneof("type") == "delta" and message.delta.WhichOneof("type") == "new_element":
                element = message.delta.new_element
                found = str(element.WhichOneof("type"))
                if kind in (None, found):
                    yield getattr(element, found)

    def texts(self) -> list[str]:
        """Every text that was sent, data of charts and tables left out."""
        return [text for element in self.elements() for text in _texts(element)]

    def folds(self) -> list[str]:
        """The parts of the page that can be run alone."""
        deltas = (message.delta for message in self.messages if message.WhichOneof("type") == "delta")
        return list(dict.fromkeys(delta.fragment_id for delta in deltas if delta.fragment_id))

    def choices(self) -> dict[str, list[str]]:
        """What can be chosen on the page and is kept in the URL: the words of every choice by parameter."""
        found = {}
        for element in self.elements():
            name = getattr(element, "query_param_key", "")
            options = getattr(element, "options", ())
            if name and options:
                found[name] = [getattr(option, "content", option) for option in options]
        return found

    @property
    def problems(self) -> list[str]:
        """Exceptions, and boxes that report an error."""
        exceptions = [f"{one.type}: {one.message}" for one in self.elements("exception")]
        errors = [one.body for one in self.elements("alert") if one.format == one.ERROR]
        return [*exceptions, *errors, *([] if self.is_good else ["the run did not end well"])]


@dataclass
class Session:
    """One reader, whose state the server keeps from run to run; `pages` has the menu's script hashes by path."""

    connection: ClientConnection
    pages: dict[str, str] = field(default_factory=dict)
    # As a browser does, so that the server may send a large element once and then only name it.
    known: dict[str, ForwardMsg] = field(default_factory=dict)

    def run(self, page: str = "", parameters: Mapping[str, str] | None = None) -> PageRun:
        """Run a page (empty: the first) with these parameters in the URL, as a reader who walks there or goes back."""
        if page and page not in self.pages:
            self.run()
        return self._ask(page, parameters or {})

    def open_fold(self, page: str, fold: str) -> PageRun:
        """Run one part of an open page alone, as its fold does when it is opened."""
        return self._ask(page, {}, fragment=fold)

    def _ask(self, page: str, parameters: Mapping[str, str], *, fragment: str = "") -> PageRun:
        request = BackMsg()
        state = request.rerun_script
        state.fragment_id = fragment
        state.query_string = urlencode(parameters)
        # The names of pages stand in what the first run sends.
        state.page_script_hash = self.pages.get(page, "")
        # What the URL says comes before what the widgets have kept.
        state.is_history_navigation = True
        state.cached_message_hashes.extend(self.known)
        self.connection.send(request.SerializeToString())
        return self._read()

    def _read(self) -> PageRun:
        messages: list[ForwardMsg] = []
        while True:
            message = ForwardMsg()
            message.ParseFromString(self.connection.recv(timeout=RUN_SECONDS, decode=False))
            if message.ref_hash:
                message.CopyFrom(self.known[message.ref_hash])
            elif message.metadata.cacheable:
                self.known[message.hash] = message
            kind = message.WhichOneof("type")
            if kind == "new_session":
                # The page begins anew, perhaps in the middle of a run: what was drawn until then is swept away.
                messages.clear()
            messages.append(message)
            if kind == "navigation":
                self._learn_pages(message)
            if kind == "script_finished" and message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                is_good = message.script_finished != ForwardMsg.FINISHED_WITH_COMPILE_ERROR
                return PageRun(tuple(messages), is_good)

    def _learn_pages(self, message: ForwardMsg) -> None:
        # Anew each time: the first session of a server is told the files of pages/ before it is told the menu.
        self.pages.clear()
        for page in message.navigation.app_pages:
            self.pages["" if page.is_default else page.url_pathname] = page.page_script_hash


@contextmanager
def open_session(port: int, *, headers: Mapping[str, str] | None = None) -> Iterator[Session]:
    """A new reader on this machine's board, with what a proxy in between would add to the request."""
    address = f"ws://127.0.0.1:{port}/_stcore/stream"
    # No proxy: whatever the environment says, nothing leaves this machine.
    with connect(
        address,
        subprotocols=["streamlit"],  # type: ignore[list-item]
        additional_headers=headers,
        max_size=None,
        proxy=None,
        ping_interval=None,
        open_timeout=RUN_SECONDS,
    ) as connection:
        yield Session(connection)


def _texts(message: Any) -> Iterator[str]:
    for descriptor, value in message.ListFields():
        values = value if descriptor.is_repeated else [value]
        if descriptor.type == descriptor.TYPE_STRING:
            yield from values
        elif descriptor.type == descriptor.TYPE_MESSAGE:
            for one in values:
                # Maps list their keys.
                yield from _texts(one) if hasattr(one, "ListFields") else ()
