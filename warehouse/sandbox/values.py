"""Parameter values on their way to the worker: plain values only, as JSON that says what each one is."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from numbers import Integral, Real
from typing import Any

from warehouse.sandbox.refusals import Refused

Encoded = dict[str, Any]
Parameters = Mapping[str, Any] | Sequence[Any]
_LONGEST = 1 << 16
_DEEPEST = 8

_DECODERS: dict[str, Callable[[Any], Any]] = {
    "plain": lambda value: value,
    "int": int,
    "float": float,
    "bytes": bytes.fromhex,
    "decimal": Decimal,
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "seconds": lambda value: timedelta(seconds=value),
    "list": lambda value: [decode(one) for one in value],
}


def encode_parameters(parameters: Parameters | None) -> Any:
    """A mapping stays one, a sequence becomes a list.

    Raises:
        Refused: a name or a value that no statement could use.
    """
    if parameters is None:
        return []
    if isinstance(parameters, Mapping):
        return {_name(name): encode(name, value) for name, value in parameters.items()}
    if isinstance(parameters, Sequence) and not isinstance(parameters, (str, bytes)):
        return [encode(place, value) for place, value in enumerate(parameters, start=1)]
    raise Refused("bad_request", what="parameters")


def decode_parameters(encoded: Any) -> dict[str, Any] | list[Any]:
    """What the worker gives to the engine."""
    if isinstance(encoded, dict):
        return {name: decode(value) for name, value in encoded.items()}
    return [decode(value) for value in encoded]


def encode(name: object, value: Any, depth: int = 0) -> Encoded:
    """One value with its kind; `name` is for the sentence."""
    kind, plain = _encoded(name, value, depth)
    return {"kind": kind, "value": plain}


def decode(encoded: Encoded) -> Any:
    """The value again."""
    return _DECODERS[encoded["kind"]](encoded["value"])


def _encoded(name: object, value: Any, depth: int) -> tuple[str, Any]:
    match value:
        case None | bool():
            return "plain", value
        case str() if _is_usable(value):
            # A subclass of str may print as something else; what it holds is taken.
            return "plain", str.__str__(value)
        case Integral():
            if abs(int(value)) < 2**127:
                return "int", str(int(value))
        case Decimal():
            return "decimal", str(value)
        case Real():
            number = float(value)
            return "float", number if math.isfinite(number) else str(number)
        case bytes() if len(value) <= _LONGEST:
            return "bytes", value.hex()
        case datetime():
            return "datetime", value.isoformat()
        case date():
            return "date", value.isoformat()
        case time():
            return "time", value.isoformat()
        case timedelta():
            return "seconds", value.total_seconds()
        case list() | tuple() if len(value) <= _LONGEST and depth < _DEEPEST:
            return "list", [encode(name, one, depth + 1) for one in value]
    raise Refused("parameter_bad", name=_shown(name), type=type(value).__name__)


def _name(name: object) -> str:
    if isinstance(name, str) and _is_usable(name):
        return name
    raise Refused("parameter_bad", name=_shown(name), type=type(name).__name__)


def _shown(name: object) -> str:
    return ascii(name)[:40] if not isinstance(name, (str, int)) else str(name).encode("ascii", "replace").decode()[:40]


def _is_usable(text: str) -> bool:
    return len(text) <= _LONGEST and "\0" not in text and not any("\ud800" <= sign <= "\udfff" for sign in text)
