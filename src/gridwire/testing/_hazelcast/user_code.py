# SPDX-License-Identifier: Apache-2.0
"""Classes of the program that members run: entry processors, interceptors, functions.

Clients send them as `IdentifiedDataSerializable`, and a cluster makes the class that is registered
for the ids. What such code raises reaches the client as the Java exception that is nearest to it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from struct import error as StructError  # noqa: N812 - it is a class with a lower-case name
from struct import unpack_from
from typing import TYPE_CHECKING, Any, TypeVar

from gridwire.hazelcast.error_codes import ErrorCode
from gridwire.hazelcast.errors import HazelcastSerializationError
from gridwire.hazelcast.serialization.data import type_id_of
from gridwire.hazelcast.serialization.type_ids import TypeId
from gridwire.testing._hazelcast.query.errors import cannot_read, class_cast, serialization_error
from gridwire.testing._hazelcast.query.kinds import class_name
from gridwire.testing._hazelcast.refusals import Refusal, StackFrame
from gridwire.testing.errors import ClusterOptionError

if TYPE_CHECKING:
    from gridwire.hazelcast.serialization.service import SerializationService

__all__ = ["Factories", "attempt", "described", "load_factories", "read_object", "write_object"]

T = TypeVar("T")

Factories = Mapping[int, Mapping[int, Callable[[], Any] | str]]
"""Classes by factory id and class id; a text names one as ``"module:name"``."""

_RAISED = StackFrame("com.hazelcast.internal.util.ExceptionUtil", "rethrow", "ExceptionUtil.java", 1)
_IDS_AT = 9  # After the header and a byte of flags.

# The first that fits; Python's classes are broader than Java's, so this is what they mostly mean.
_JAVA_CLASSES: tuple[tuple[type[Exception], ErrorCode, str], ...] = (
    (NotImplementedError, ErrorCode.UNSUPPORTED_OPERATION, "java.lang.UnsupportedOperationException"),
    (RuntimeError, ErrorCode.ILLEGAL_STATE, "java.lang.IllegalStateException"),
    (ValueError, ErrorCode.ILLEGAL_ARGUMENT, "java.lang.IllegalArgumentException"),
    (TypeError, ErrorCode.CLASS_CAST, "java.lang.ClassCastException"),
    (AttributeError, ErrorCode.NULL_POINTER, "java.lang.NullPointerException"),
    (IndexError, ErrorCode.INDEX_OUT_OF_BOUNDS, "java.lang.IndexOutOfBoundsException"),
    (KeyError, ErrorCode.NO_SUCH_ELEMENT, "java.util.NoSuchElementException"),
    (ArithmeticError, ErrorCode.UNDEFINED, "java.lang.ArithmeticException"),
    (TimeoutError, ErrorCode.TIMEOUT, "java.util.concurrent.TimeoutException"),
    (OSError, ErrorCode.IO, "java.io.IOException"),
    (Exception, ErrorCode.HAZELCAST, "com.hazelcast.core.HazelcastException"),
)


def load_factories(factories: Factories) -> dict[int, dict[int, Callable[[], Any]]]:
    """Find the classes that are given by name.

    Args:
        factories: classes or their names.

    Returns:
        Classes alone.

    Raises:
        ClusterOptionError: a name leads to nothing that can be called.
    """
    return {
        factory_id: {class_id: _loaded(each) for class_id, each in classes.items()}
        for factory_id, classes in factories.items()
    }


def _loaded(each: object) -> Callable[[], Any]:
    found = each
    if isinstance(each, str):
        module, _, name = each.partition(":")
        try:
            found = import_module(module)
            for part in name.split("."):
                found = getattr(found, part)
        except (ImportError, AttributeError, ValueError) as error:
            raise ClusterOptionError(
                f"there is no class {each!r}: {error}",
                hint='A class of a program is named like "package.module:Class".',
            ) from None
    if not callable(found):
        raise ClusterOptionError(f"{each!r} is no class")
    return found


def read_object(
    data: bytes, serialization: SerializationService, wanted: str, *methods: str
) -> Any:
    """Make the object that a client sent to be run.

    Args:
        data: the object.
        serialization: reads it.
        wanted: the Java type that a member takes it for.
        *methods: what it has to be able to do, at least one of them.

    Returns:
        The object.

    Raises:
        Refusal: there is no such class, it cannot be read, or it can do none of these.
    """
    found = _read(data, serialization)
    if any(callable(getattr(found, method, None)) for method in methods):
        return found
    kind = type_id_of(data)
    if kind == TypeId.IDENTIFIED_DATA_SERIALIZABLE:
        raise class_cast(described(found), wanted, _RAISED)
    raise class_cast(class_name(kind), wanted, _RAISED)


def write_object(value: Any, serialization: SerializationService) -> bytes | None:
    """Serialize what code of the program made.

    Raises:
        Refusal: it cannot be serialized.
    """
    try:
        data = serialization.to_data(value)
    except HazelcastSerializationError as error:
        raise serialization_error(str(error)) from None
    return None if data is None else bytes(data)


def attempt(function: Callable[..., T], *arguments: Any) -> T:
    """Call code of the program.

    Args:
        function: what to call.
        *arguments: with what.

    Returns:
        What it returns.

    Raises:
        Refusal: it raised something.
    """
    try:
        return function(*arguments)
    except Refusal:
        raise
    except Exception as error:  # it is code of the program
        code, name = next(row[1:] for row in _JAVA_CLASSES if isinstance(error, row[0]))
        text = str(error.args[0] if isinstance(error, KeyError) and error.args else error)
        raise Refusal(code, name, text or None, _RAISED) from error


def described(thing: object) -> str:
    """The class of an object, as an error names it."""
    return f"{type(thing).__module__}.{type(thing).__qualname__}"


def _read(data: bytes, serialization: SerializationService) -> Any:
    """An object of data.

    Raises:
        Refusal: it cannot be read; as a member says it, if its class is not known.
    """
    try:
        return serialization.to_object(data)
    except HazelcastSerializationError as error:
        try:
            factory_id, class_id = unpack_from(">ii", data, _IDS_AT)
        except StructError:
            raise serialization_error(str(error)) from None
        if type_id_of(data) != TypeId.IDENTIFIED_DATA_SERIALIZABLE:
            raise serialization_error(str(error)) from None
        raise cannot_read(factory_id, class_id, str(error)) from None
