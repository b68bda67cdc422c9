"""Arrow from a worker, read as if it lied: whole messages only, no compression, every offset inside its buffer."""

from __future__ import annotations

import struct

import pyarrow as pa
import pyarrow.ipc

from warehouse.sandbox.frames import BrokenStream

_LARGEST_METADATA = 1 << 20
# Where the Arrow format puts things: Message.header is the third field, RecordBatch.compression the fourth.
_HEADER_FIELD, _COMPRESSION_FIELD = 2, 3


def checked_schema(content: bytes) -> pa.Schema:
    """The schema; its metadata (extension types) are left out, so that nothing is loaded on its behalf."""
    schema = pa.ipc.read_schema(pa.py_buffer(content))
    return pa.schema([pa.field(field.name, _storage(field.type), field.nullable) for field in schema])


def checked_batch(content: bytes, schema: pa.Schema) -> pa.RecordBatch:
    """One batch of that schema.

    Raises:
        BrokenStream: it is none, or is compressed (a few bytes could become gigabytes).
        pyarrow.ArrowException: its parts do not fit together.
    """
    message = pa.ipc.read_message(pa.py_buffer(content))
    if message.type != "record batch" or _is_compressed(message.metadata.to_pybytes()):
        raise BrokenStream("not a plain batch")
    batch = pa.ipc.read_record_batch(message, schema)
    batch.validate(full=True)
    return batch


def _storage(kind: pa.DataType) -> pa.DataType:
    return kind.storage_type if isinstance(kind, pa.BaseExtensionType) else kind


def _is_compressed(metadata: bytes) -> bool:
    """Looks into the flatbuffer of the message: is the field RecordBatch.compression there?"""
    if len(metadata) > _LARGEST_METADATA:
        raise BrokenStream("metadata")
    try:
        message = struct.unpack_from("<I", metadata, 0)[0]
        place = _field(metadata, message, _HEADER_FIELD)
        header = place + struct.unpack_from("<I", metadata, place)[0]
        return _field(metadata, header, _COMPRESSION_FIELD) != 0
    except struct.error as error:
        raise BrokenStream("metadata") from error


def _field(buffer: bytes, table: int, number: int) -> int:
    """Where a field of a flatbuffer table stands; 0 where it is absent."""
    vtable = table - struct.unpack_from("<i", buffer, table)[0]
    size = struct.unpack_from("<H", buffer, vtable)[0]
    entry = 4 + 2 * number
    offset = struct.unpack_from("<H", buffer, vtable + entry)[0] if entry + 2 <= size else 0
    return table + offset if offset else 0
