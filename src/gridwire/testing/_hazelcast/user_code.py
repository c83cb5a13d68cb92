# SPDX-License-Identifier: Apache-2.0
"""Classes of the program that members run: entry processors, interceptors, functions.

Clients send them as `IdentifiedDataSerializable`, and a cluster makes the class that is registered
for the ids. What such code raises reaches the client as the Java exception that is nearest to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from gridwire.hazelcast.error_codes import ErrorCode
from gridwire.hazelcast.errors import HazelcastSerializationError
from gridwire.hazelcast.serialization.api import IdentifiedDataSerializable
from gridwire.hazelcast.serialization.byte_order import byte_order
from gridwire.hazelcast.serialization.data import type_id_of
from gridwire.hazelcast.serialization.service import SerializationService
from gridwire.hazelcast.serialization.type_ids import TypeId
from gridwire.testing._hazelcast.factories import load_factories
from gridwire.testing._hazelcast.query.errors import cannot_read, class_cast, serialization_error
from gridwire.testing._hazelcast.query.kinds import class_name
from gridwire.testing._hazelcast.refusals import Refusal, StackFrame, null_data

if TYPE_CHECKING:
    from collections.abc import Callable

    from gridwire.hazelcast.serialization.input import ObjectDataInput
    from gridwire.hazelcast.serialization.output import ObjectDataOutput
    from gridwire.testing._hazelcast.factories import Factories

__all__ = ["UserCode", "attempt", "described"]

T = TypeVar("T")

_RAISED = StackFrame(
    "com.hazelcast.internal.util.ExceptionUtil", "rethrow", "ExceptionUtil.java", 1
)
_IDENTIFIED = TypeId.IDENTIFIED_DATA_SERIALIZABLE
_IDS_AT, _IDS_END = 9, 17  # After the header and a byte of flags.
_WRITES_ITSELF = ("get_factory_id", "get_class_id", "write_data")

# The first that fits; Python's classes are broader than Java's, so this is what they mostly mean.
_JAVA_CLASSES: tuple[tuple[type[Exception], ErrorCode, str], ...] = (
    (
        NotImplementedError,
        ErrorCode.UNSUPPORTED_OPERATION,
        "java.lang.UnsupportedOperationException",
    ),
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


class UserCode:
    """What the program has registered, and how it is read and written.

    Args:
        factories: classes by factory id and class id, or their names.
        is_big_endian: the byte order of payloads.

    Attributes:
        serialization: knows these classes.

    Raises:
        ClusterOptionError: a name leads to nothing that can be called.
    """

    def __init__(self, factories: Factories, *, is_big_endian: bool = True) -> None:
        self._order = byte_order(is_big_endian)
        self._factories = load_factories(factories)
        self.begin_anew()

    def begin_anew(self) -> None:
        """The cluster is another one: it knows no schema and no class definition that it met."""
        self.serialization = SerializationService(
            is_big_endian=self._order.is_big_endian,
            data_serializable_factories=self._factories,
            keeps_unknown=False,
        )

    def read(self, data: bytes, wanted: str, *methods: str) -> Any:
        """Make the object that a client sent to be run.

        Args:
            data: the object.
            wanted: the Java type that a member takes it for.
            *methods: what it has to be able to do, at least one of them.

        Returns:
            The object.

        Raises:
            Refusal: there is no such class, it cannot be read, or it can do none of these.
        """
        found = self.value(data)
        if found is None:
            raise null_data()
        if any(callable(getattr(found, method, None)) for method in methods):
            return found
        kind = type_id_of(data)
        name = class_name(kind) if kind != _IDENTIFIED else described(found)
        raise class_cast(name, wanted, _RAISED)

    def value(self, data: bytes | None) -> Any:
        """Make an object of data; None of None.

        Raises:
            Refusal: it cannot be read; as a member says it, if its class is not known.
        """
        try:
            return self.serialization.to_object(data)
        except HazelcastSerializationError as error:
            raise self._unreadable(data, error) from None

    def data(self, value: Any) -> bytes | None:
        """Serialize what code of the program made; None of None.

        Objects that write themselves may be of a class that another client library made.

        Raises:
            Refusal: it cannot be serialized.
        """
        foreign = not isinstance(value, IdentifiedDataSerializable)
        if foreign and all(callable(getattr(value, each, None)) for each in _WRITES_ITSELF):
            value = _Foreign(value)
        try:
            return self.serialization.to_data(value)
        except HazelcastSerializationError as error:
            raise serialization_error(str(error)) from None

    def _unreadable(self, data: bytes | None, error: HazelcastSerializationError) -> Refusal:
        if data is None or len(data) < _IDS_END or type_id_of(data) != _IDENTIFIED:
            return serialization_error(str(error))
        factory_id, class_id = self._order.two_int32.unpack_from(data, _IDS_AT)
        if factory_id not in self._factories:
            return serialization_error(
                f"No DataSerializerFactory registered for namespace: {factory_id}"
            )
        return cannot_read(factory_id, class_id, str(error))


class _Foreign(IdentifiedDataSerializable):
    """An object that writes itself, of a class that does not derive from ours."""

    def __init__(self, thing: Any) -> None:
        self._thing = thing

    def get_factory_id(self) -> int:
        factory_id: int = self._thing.get_factory_id()
        return factory_id

    def get_class_id(self) -> int:
        class_id: int = self._thing.get_class_id()
        return class_id

    def write_data(self, object_data_output: ObjectDataOutput) -> None:
        self._thing.write_data(object_data_output)

    def read_data(self, object_data_input: ObjectDataInput) -> None:
        self._thing.read_data(object_data_input)


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
