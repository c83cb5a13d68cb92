# SPDX-License-Identifier: Apache-2.0
"""The sentences of this package's errors, in one place so that they say the same everywhere."""

from __future__ import annotations

from typing import NoReturn

from gridwire.hazelcast.errors import HazelcastSerializationError
from gridwire.hazelcast.serialization.type_ids import LEAST_TYPE_ID, UNREADABLE, type_name

__all__ = [
    "UnknownSchemaError",
    "UnknownTypeError",
    "bad_count",
    "bad_utf8",
    "not_writable",
    "out_of_stack",
    "raise_from_user_code",
    "shown",
    "told",
    "too_deep",
    "too_long",
    "truncated",
    "unknown_class",
    "unknown_java_class",
    "unknown_type_id",
    "user_code",
]

_MAX_SHOWN_BITS = 128
_MAX_CAUSE_CHARS = 200
_MAX_NAME_CHARS = 200
# Objects inside each other tell where something happened, each on its way out.
_MAX_NOTES = 4


class UnknownTypeError(HazelcastSerializationError):
    """The data has an object that nothing here makes: of an unknown type id, factory or class.

    `SerializationService.to_object` makes an `UnknownObject` of the whole data then. A program
    meets this error where one is of no use: in `read` of its own serializers, for example.
    """


class UnknownSchemaError(HazelcastSerializationError):
    """Compact data has a schema that this client has not met; the cluster may know it.

    Attributes:
        schema_id: which one.
    """

    schema_id: int

    def __init__(self, schema_id: int) -> None:
        super().__init__(
            f"The data has a Compact object of the schema {schema_id}, which is not known here",
            hint="The cluster knows it, unless the data is damaged or older than the cluster.",
        )
        self.schema_id = schema_id


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


def not_writable(
    method: str, value: object, allowed: str, where: str = ""
) -> HazelcastSerializationError:
    """A value that a method of `ObjectDataOutput` does not take; what is wrong inside of it."""
    return HazelcastSerializationError(f"{method} takes {allowed}, not {shown(value)}{where}")


def unknown_type_id(
    type_id: int, java_class: str | None = None, constant: str | None = None
) -> HazelcastSerializationError:
    """Nothing is registered that reads this type id.

    Args:
        type_id: what the data has.
        java_class: the Java class of the object, if known; only its beginning is shown.
        constant: which constant of it, if it is an enum.

    Returns:
        An `UnknownTypeError`; another error for an id that there cannot be.
    """
    meaning, way_out = UNREADABLE.get(type_id, (None, None))
    register = (
        f"To read it here, register a custom serializer whose get_type_id() returns {type_id}."
    )
    if meaning is not None:
        return UnknownTypeError(
            f"The data has type id {type_name(type_id)}: {meaning}{_told(java_class, constant)}",
            hint=f"{way_out} {register}",
        )
    if type_id > 0:
        return UnknownTypeError(
            f"The data has type id {type_id}, and no serializer is registered for it",
            hint=f"{register} If there is one, is_big_endian may differ from the members'.",
        )
    # Members that are newer than this client may know more ids, but none that are far away.
    kind = UnknownTypeError if type_id >= LEAST_TYPE_ID else HazelcastSerializationError
    return kind(
        f"The data has type id {type_id}, which Hazelcast does not define",
        hint="The data may be damaged, or is_big_endian may differ from the members'.",
    )


def _told(java_class: str | None, constant: str | None) -> str:
    if java_class is None:
        return ""
    if constant is None:
        return f". Its class is {java_class[:_MAX_NAME_CHARS]!r}"
    return f". It is {constant[:_MAX_NAME_CHARS]!r} of {java_class[:_MAX_NAME_CHARS]!r}"


def unknown_java_class(java_class: str) -> UnknownTypeError:
    """An object of a class that writes itself and is known by its name, which only Java does."""
    return UnknownTypeError(
        f"The data has an object of the Java class {java_class[:_MAX_NAME_CHARS]!r}, which only "
        "Java can make",
        hint="Let its class implement IdentifiedDataSerializable.",
    )


def unknown_class(kind: str, factory_id: int, class_id: int, option: str) -> UnknownTypeError:
    """An object of a factory and class that the program did not register.

    Args:
        kind: how such objects are written, with its article.
        factory_id: the factory.
        class_id: the class in it.
        option: where to register them.
    """
    return UnknownTypeError(
        f"The data has {kind} of factory {factory_id}, class {class_id}, and no such class is "
        "registered",
        hint=f"Set {option} to {{{factory_id}: {{{class_id}: TheClass}}}}.",
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


def told(error: HazelcastSerializationError, where: str) -> None:
    """Let an error tell where it happened; only the innermost places, of many in each other."""
    if len(getattr(error, "__notes__", ())) < _MAX_NOTES:
        error.add_note(f"It happened in {where}")


def raise_from_user_code(where: str, error: Exception) -> NoReturn:
    """Pass on what came out of code that the program registered; called while it is handled.

    Args:
        where: class and method, for example ``"EmployeeSerializer.read"``.
        error: what it raised.

    Raises:
        HazelcastSerializationError: always, but for `MemoryError`, which stays what it is.
    """
    if isinstance(error, HazelcastSerializationError):
        told(error, where)
        raise error
    if isinstance(error, MemoryError):
        raise error
    raise user_code(where, error) from error
