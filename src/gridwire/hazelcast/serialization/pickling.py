# SPDX-License-Identifier: Apache-2.0
"""The row of pickles, which is only there when the option ``allow_pickle`` asks for it.

Unpickling runs code that the data names: whoever can write to the cluster can run code in a
client that reads pickles. The official client reads and writes them for every type that it does
not know. Its form is a string that holds a pickle of protocol 0; ours is the same, but pure ASCII:
that protocol puts the characters 128 to 255 as bytes, which are no UTF-8 (the official client
fails to write them), and allows an escape for them, which every reader understands.
"""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, Any, Literal

from gridwire.hazelcast.errors import HazelcastSerializationError
from gridwire.hazelcast.serialization.faults import user_code
from gridwire.hazelcast.serialization.registry import Codec
from gridwire.hazelcast.serialization.type_ids import TypeId

if TYPE_CHECKING:
    from gridwire.hazelcast.serialization.input import ObjectDataInput
    from gridwire.hazelcast.serialization.output import ObjectDataOutput

__all__ = ["AllowPickle", "pickle_codec"]

AllowPickle = Literal[False, True, "read"]

_ESCAPES = {code: f"\\u{code:04x}" for code in range(0x80, 0x100)}


def pickle_codec(allow_pickle: AllowPickle) -> Codec | None:
    """The row of this module.

    Args:
        allow_pickle: False for no row, ``"read"`` for one that only reads, True for both.

    Returns:
        A row for the registry, or None.
    """
    if not allow_pickle:
        return None
    write = _write if allow_pickle is True else None
    return Codec(type_id=TypeId.PICKLE, read=_read, write=write)


def _read(inp: ObjectDataInput) -> Any:
    pickled = inp.read_bytes()
    if pickled is None:
        raise HazelcastSerializationError("The data has a pickle without content")
    try:
        return pickle.loads(pickled)  # noqa: S301 - the program asked for it
    except Exception as error:  # pickles run code of the program
        raise user_code("Unpickling", error) from error


def _write(out: ObjectDataOutput, obj: object) -> None:
    try:
        pickled = pickle.dumps(obj, protocol=0)
    except Exception as error:  # pickles run code of the program
        raise user_code(f"Pickling an object of type {type(obj).__qualname__}", error) from error
    out.write_string(pickled.decode("latin-1").translate(_ESCAPES))
