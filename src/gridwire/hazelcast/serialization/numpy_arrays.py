# SPDX-License-Identifier: Apache-2.0
"""Arrays and numbers of numpy. Nothing here imports it, but for the option that reads as numpy.

An array of one dimension is written as Java's array of its type. A single number (or text) of numpy
is written as the number of Python that its method ``item()`` gives: ``numpy.int64(1) == 1``, and so
both are the same key.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final

from gridwire.hazelcast.errors import HazelcastSerializationError, InvalidConfigurationError
from gridwire.hazelcast.serialization.data import HEADER
from gridwire.hazelcast.serialization.faults import too_long
from gridwire.hazelcast.serialization.limits import MAX_LENGTH
from gridwire.hazelcast.serialization.registry import Codec
from gridwire.hazelcast.serialization.type_ids import NUMBER_ARRAYS, TypeId

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from gridwire.hazelcast.serialization.byte_order import ByteOrder
    from gridwire.hazelcast.serialization.input import ObjectDataInput, Reader
    from gridwire.hazelcast.serialization.output import ObjectDataOutput, Writer

__all__ = ["numpy_codec", "numpy_readers"]

# By numpy's letter for the kind of an item, and its bytes.
_WRITTEN: Final = NUMBER_ARRAYS | {("b", 1): TypeId.BOOLEAN_ARRAY}
# Bytes are bytes, whoever reads them.
_READ: Final = {type_id: form for form, type_id in _WRITTEN.items() if form != ("i", 1)}

_PLAIN: Final = frozenset({bool, int, float, str, bytes})


def numpy_codec(
    python_type: type,
    order: ByteOrder,
    encoders: Mapping[type, Callable[[Any], bytes | None]],
    writers: Mapping[type, Writer],
) -> Codec | None:
    """The row of a type of numpy.

    Args:
        python_type: the exact type of an object.
        order: the byte order of payloads.
        encoders: what makes whole data of an object, by its type.
        writers: what writes an object with its type id, by its type.

    Returns:
        A row for the registry; None if the type is none of numpy, or has no form.
    """
    numpy: Any = sys.modules.get("numpy")
    if numpy is None or python_type.__module__ != "numpy":
        return None
    if python_type is numpy.ndarray:
        return _array_codec(numpy, order)
    if issubclass(python_type, numpy.generic):
        return _scalar_codec(python_type, encoders, writers)
    return None


def numpy_readers(order: ByteOrder) -> dict[TypeId, Reader]:
    """What reads arrays as those of numpy, by type id.

    Args:
        order: the byte order of payloads.

    Raises:
        InvalidConfigurationError: numpy is not installed.
    """
    try:
        import numpy as np
    except ImportError as error:
        raise InvalidConfigurationError(
            f"array_type is NUMPY, and numpy cannot be imported: {error}",
            hint="Install it, for example with the extra gridwire[numpy].",
        ) from error

    def reader(kind: str, size: int) -> Reader:
        wire, native = np.dtype(f"{order.prefix}{kind}{size}"), np.dtype(f"{kind}{size}")

        def read(inp: ObjectDataInput) -> Any:
            raw = inp.read_items(size)
            # The copy is in the order of this machine, may be changed, and keeps no other memory.
            return None if raw is None else np.frombuffer(raw, wire).astype(native)

        def read_booleans(inp: ObjectDataInput) -> Any:
            raw = inp.read_items(1)
            return None if raw is None else np.frombuffer(raw, np.int8) != 0

        return read_booleans if kind == "b" else read

    return {type_id: reader(*form) for type_id, form in _READ.items()}


def _array_codec(numpy: Any, order: ByteOrder) -> Codec:
    def parts(value: Any) -> tuple[int, bytes, memoryview]:
        kind, size = value.dtype.kind, value.dtype.itemsize
        type_id = _WRITTEN.get((kind, size))
        if value.ndim != 1:
            raise _not_a_row(value)
        if type_id is None:
            raise _no_such_array(value)
        if len(value) > MAX_LENGTH:
            raise too_long("An array", len(value))
        wire = value.astype(f"{order.prefix}{kind}{size}", order="C", copy=False)
        return type_id, order.int32.pack(len(value)), memoryview(wire)

    def write_typed(out: ObjectDataOutput, value: Any) -> None:
        type_id, count, items = parts(value)
        out.buffer += order.int32.pack(type_id) + count
        out.buffer += items

    def encode(value: Any) -> bytes:
        type_id, count, items = parts(value)
        return b"".join((HEADER.pack(0, type_id), count, items))

    return Codec(
        type_id=TypeId.NULL, types=(numpy.ndarray,), write_typed=write_typed, encode=encode
    )


def _scalar_codec(
    python_type: type,
    encoders: Mapping[type, Callable[[Any], bytes | None]],
    writers: Mapping[type, Writer],
) -> Codec:
    def plain(value: Any) -> Any:
        item = value.item()
        if type(item) not in _PLAIN or value.dtype.kind not in "biufSU":
            raise HazelcastSerializationError(
                f"A numpy.{python_type.__qualname__} cannot be serialized: Java has no such number",
                hint="Convert it to an int, a float, a Decimal or a datetime.",
            )
        return item

    def write_typed(out: ObjectDataOutput, value: Any) -> None:
        item = plain(value)
        writers[type(item)](out, item)

    def encode(value: Any) -> bytes | None:
        item = plain(value)
        return encoders[type(item)](item)

    return Codec(type_id=TypeId.NULL, types=(python_type,), write_typed=write_typed, encode=encode)


def _not_a_row(value: Any) -> HazelcastSerializationError:
    if value.ndim == 0:
        return HazelcastSerializationError(
            "A numpy array of no dimension cannot be serialized: it is a single value",
            hint="Store array.item().",
        )
    return HazelcastSerializationError(
        f"A numpy array of {value.ndim} dimensions cannot be serialized: Java's arrays have one",
        hint="Store list(array), the list of its rows, or array.ravel() and the shape.",
    )


def _no_such_array(value: Any) -> HazelcastSerializationError:
    kind = value.dtype.kind
    if kind == "u":
        way_out = "Convert it with array.astype to a signed type that holds the values"
        way_out += ", or store array.tobytes()." if value.dtype.itemsize == 1 else "."
    elif kind == "f":
        way_out = "Convert it with array.astype to float32 or float64."
    else:
        way_out = "Store array.tolist(), if its items have a form."
    return HazelcastSerializationError(
        f"A numpy array of {str(value.dtype)[:100]} cannot be serialized: Java has no such array",
        hint=f"{way_out} Written are bool, int8, int16, int32, int64, float32 and float64.",
    )
