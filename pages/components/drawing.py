"""A chart as the browser gets it: its Vega-Lite specification, and its rows apart from it as Arrow streams."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from threading import Lock
from typing import Any

import altair as alt
import polars as pl

# Altair's data transformer is one for the whole process.
_ALTAIR = Lock()
# What a chart returns to the page when a mark is clicked: docs/decisions.md, section 38.
PICK = "pick"


@dataclass(frozen=True)
class Drawing:
    """`spec` names the data sets it draws; `datasets` holds them as Arrow IPC streams; `height` in pixels.

    Immutable by agreement, so that one drawing serves all readers of a generation; whoever changes the specification
    copies it first.
    """

    spec: Mapping[str, Any]
    datasets: Mapping[str, bytes]
    height: int

    @property
    def description(self) -> str:
        """The words for who cannot see the chart."""
        return str(self.spec.get("description", ""))

    @property
    def can_pick(self) -> bool:
        """Whether a click on a mark means something."""
        return any(parameter.get("name") == PICK for parameter in self.spec.get("params", ()))

    def frames(self) -> dict[str, pl.DataFrame]:
        """The rows it draws, by the name of their data set."""
        return {name: pl.read_ipc_stream(stream) for name, stream in self.datasets.items()}

    def with_rows(self, *frames: pl.DataFrame, **top: Any) -> Drawing:
        """The same chart of other rows, each frame in the place of the data set with its columns.

        `top` replaces parts at the top level. Altair needs a tenth of a second to put a chart of ten layers together,
        so a chart that several panels share is put together once and filled.
        """
        places = {tuple(pl.read_ipc_stream(stream, n_rows=0).columns): name for name, stream in self.datasets.items()}
        filled = {places[tuple(frame.columns)]: _stream(frame) for frame in frames}
        spec = {**self.spec, **top}
        return Drawing(spec, {**self.datasets, **filled}, int(spec.get("height", 0)))


def _stream(frame: pl.DataFrame) -> bytes:
    stream = BytesIO()
    # The browser's Arrow does not know the newest string layout.
    frame.write_ipc_stream(stream, compat_level=pl.CompatLevel.oldest())
    return stream.getvalue()


def draw(layers: Sequence[alt.Chart], *, height: int | None = None, **top: Any) -> Drawing:
    """Turn Altair layers of polars frames into a drawing; `top` is added at the top level of its specification.

    What `alt.LayerChart` and a check against the schema of Vega-Lite would give, put together by hand: the former
    copies every layer several times and the latter reads them all, which took most of the time of a page. Tests check
    what pages draw against the schema instead.

    Raises:
        ValueError: more than one layer has a parameter of the same name, of which Vega-Lite would hear only one.
    """
    streams = _Streams()
    with _ALTAIR:
        alt.data_transformers.register("keep", streams.keep)
        with alt.data_transformers.enable("keep"), alt.theme.enable("none"):
            drawn = [layer.to_dict(validate=False, context={"top_level": False}) for layer in layers]
    spec: dict[str, Any] = {"$schema": alt.SCHEMA_URL, "layer": drawn}
    if all(layer["data"] == drawn[0]["data"] for layer in drawn):
        spec["data"] = drawn[0]["data"]
        for layer in drawn:
            del layer["data"]
    parameters = _lift_parameters(drawn)
    spec |= ({"params": parameters} if parameters else {}) | ({} if height is None else {"height": height}) | top
    return Drawing(spec, streams.kept, height or 0)


class _Streams:
    """The frames of one chart as Arrow streams, each of them once however many layers draw it."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}
        self._seen: list[tuple[pl.DataFrame, str]] = []

    def keep(self, data: Any) -> Any:
        """What stands for a frame in the specification."""
        if not isinstance(data, pl.DataFrame):
            return data
        name = next((known for frame, known in self._seen if frame is data), None)
        if name is None:
            stream = _stream(data)
            name = next((known for known, kept in self.kept.items() if kept == stream), f"rows-{len(self.kept)}")
            self.kept[name] = stream
            self._seen.append((data, name))
        return {"name": name}


def _lift_parameters(layers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Take the parameters out of layers and name the layers that they are about: the page asks for them at the top."""
    lifted = []
    for number, layer in enumerate(layers):
        for parameter in layer.pop("params", ()):
            layer["name"] = f"layer-{number}"
            lifted.append(parameter | {"views": [layer["name"]]})
    if len({parameter["name"] for parameter in lifted}) < len(lifted):
        raise ValueError("only one layer of a chart can be clicked on")
    return lifted


def pickable(chart: alt.Chart) -> alt.Chart:
    """Let a click on a mark of this layer tell the page the `code` of its row."""
    return chart.add_params(alt.selection_point(name=PICK, fields=["code"], on="click", toggle=False))
