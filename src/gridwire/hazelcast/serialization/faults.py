# SPDX-License-Identifier: Apache-2.0
"""The sentences of this package's errors, in one place so that they say the same everywhere."""

from __future__ import annotations

from gridwire.hazelcast.errors import HazelcastSerializationError
from gridwire.hazelcast.serialization.type_ids import UNREADABLE, type_name

__all__ = [
    "bad_count",
    "bad_utf8",
    "not_writable",
    "out_of_stack",
    "shown",
    "too_deep",
    "too_long",
    "truncated",
    "unknown_type_id",
    "user_code",
]

_MAX_SHOWN_BITS = 128
_MAX_CAUSE_CHARS = 200


def shown(value: object) -> str:
    """A value for an error: its type, and itself if it is a number.

    Texts and what the program's own classes say of themselves may be long or secret; the digits
    of a long number are refused by the interpreter.
    """
    name = type(value).__name__
    if isinstance(value, str):
        return f"{name} of {len(value)} characters"
    if isinstance(value, int) and value.bit_length() > _MAX_SHOWN_BITS:
        return f"{name} of {value.bit_length()} bits"
    return f"{name} {value!r}" if type(value) in {int, float, bool} else name


def truncated(wanted: int | None = None, left: int | None = None) -> HazelcastSerializationError:
    """The data ends before the object does; the two numbers of bytes are told if known."""
    if wanted is None:
        return HazelcastSerializationError("The serialized data ends in the middle of an object")
    return HazelcastSerializationError(
        f"The serialized data ends in the middle of an object: {wanted} bytes are announced, "
        f"{left} are left"
    )


def bad_count(count: int) -> HazelcastSerializationError:
    """A length or count that cannot be one."""
    return HazelcastSerializationError(f"The serialized data announces {count} bytes or items")


def bad_utf8(error: UnicodeDecodeError) -> HazelcastSerializationError:
    """A string that is not UTF-8.

    Raise it when the `except` clause is left: the original holds the whole string, and would be
    kept as the context.
    """
    return HazelcastSerializationError(
        f"The serialized data has a string that is not UTF-8: {error.reason} at its byte "
        f"{error.start}"
    )


def too_deep(depth: int) -> HazelcastSerializationError:
    """Objects inside objects, beyond the limit."""
    return HazelcastSerializationError(
        f"Objects are nested deeper than {depth} levels",
        hint="A collection that contains itself, data that is damaged, or a real need: then raise "
        "the limit (nesting_depth).",
    )


def out_of_stack() -> HazelcastSerializationError:
    """The interpreter's own limit was reached before ours."""
    return HazelcastSerializationError(
        "Objects are nested too deeply for the stack that the interpreter has left here",
        hint="Call with fewer functions active, or raise sys.setrecursionlimit.",
    )


def too_long(what: str, length: int) -> HazelcastSerializationError:
    """Something that has no room in a signed 32-bit length."""
    return HazelcastSerializationError(
        f"{what} of length {length} is too long for Hazelcast, whose lengths end at 2147483647"
    )


def not_writable(method: str, value: object, allowed: str) -> HazelcastSerializationError:
    """A value that a method of `ObjectDataOutput` does not take."""
    return HazelcastSerializationError(f"{method} takes {allowed}, not {shown(value)}")


def unknown_type_id(type_id: int) -> HazelcastSerializationError:
    """Nothing is registered that reads this type id."""
    meaning, way_out = UNREADABLE.get(type_id, (None, None))
    register = (
        f"To read it here, register a custom serializer whose get_type_id() returns {type_id}."
    )
    if meaning is not None:
        return HazelcastSerializationError(
            f"The data has type id {type_name(type_id)}: {meaning}",
            hint=f"{way_out} {register}",
        )
    if type_id > 0:
        return HazelcastSerializationError(
            f"The data has type id {type_id}, and no serializer is registered for it",
            hint=f"{register} If there is one, is_big_endian may differ from the members'.",
        )
    return HazelcastSerializationError(
        f"The data has type id {type_id}, which Hazelcast does not define",
        hint="The data may be damaged, or is_big_endian may differ from the members'.",
    )


def user_code(where: str, error: BaseException) -> HazelcastSerializationError:
    """An exception out of code that the program registered; the caller chains it.

    Args:
        where: class and method, for example ``"EmployeeSerializer.read"``.
        error: what it raised.
    """
    try:
        text = str(error)[:_MAX_CAUSE_CHARS]
    except Exception:  # noqa: BLE001 - foreign exceptions make their own texts
        text = "(its text cannot be made)"
    return HazelcastSerializationError(f"{where} raised {type(error).__name__}: {text}")
