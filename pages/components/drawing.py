"""A chart as the browser gets it: its Vega-Lite specification, and its rows apart from it as Arrow streams."""

from __future__ import annotations

from collections.abc import Mapping
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


def draw(chart: alt.LayerChart | alt.Chart | alt.VConcatChart, **top: Any) -> Drawing:
    """Turn an Altair chart of polars frames into a drawing; `top` is added at the top level of its specification.

    Altair's check against the schema of Vega-Lite takes longer than everything else of a page: tests make it instead,
    and what is added here is not copied with the chart at every step.
    """
    datasets: dict[str, bytes] = {}

    def keep(data: Any) -> Any:
        if not isinstance(data, pl.DataFrame):
            return data
        stream = _stream(data)
        known = {bytes_: name for name, bytes_ in datasets.items()}
        name = known.get(stream, f"rows-{len(datasets)}")
        datasets[name] = stream
        return {"name": name}

    with _ALTAIR:
        alt.data_transformers.register("keep", keep)
        with alt.data_transformers.enable("keep"), alt.theme.enable("none"):
            spec = chart.to_dict(validate=False) | top
    spec.pop("datasets", None)
    return Drawing(spec, datasets, int(spec.get("height", 0)))


def pickable(chart: alt.Chart) -> alt.Chart:
    """Let a click on a mark of this layer tell the page the `code` of its row."""
    return chart.add_params(alt.selection_point(name=PICK, fields=["code"], on="click", toggle=False))
