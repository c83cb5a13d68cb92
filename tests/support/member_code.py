# SPDX-License-Identifier: Apache-2.0
"""Entry processors, functions and interceptors that test members run."""

from __future__ import annotations

from struct import pack
from typing import Any

from gridwire.hazelcast.serialization.api import IdentifiedDataSerializable

__all__ = ["CLASSES", "FACTORIES", "FACTORY", "NAMES", "sent"]

FACTORY = 4712


class _Code(IdentifiedDataSerializable):
    ID = 0

    def get_factory_id(self) -> int:
        return FACTORY

    def get_class_id(self) -> int:
        return self.ID

    def write_data(self, object_data_output: Any) -> None:
        """Nothing by default."""

    def read_data(self, object_data_input: Any) -> None:
        """Nothing by default."""


class Append(_Code):
    """Appends to a text; gives what was there."""

    ID = 1

    def __init__(self, suffix: str = "") -> None:
        self.suffix = suffix

    def write_data(self, object_data_output: Any) -> None:
        object_data_output.write_string(self.suffix)

    def read_data(self, object_data_input: Any) -> None:
        self.suffix = object_data_input.read_string()

    def process(self, entry: Any) -> Any:
        before = entry.value
        entry.value = (before or "") + self.suffix
        return before


class Remove(_Code):
    """Removes; gives whether there was anything."""

    ID = 2

    def process(self, entry: Any) -> bool:
        there = entry.value is not None
        entry.value = None
        return there


class Touch(_Code):
    """Looks, and gives the key of what exists."""

    ID = 3

    def process(self, entry: Any) -> Any:
        return entry.key if entry.value is not None else None


class FailOnBad(_Code):
    """Raises where the value is "bad", else writes "done"."""

    ID = 4

    def process(self, entry: Any) -> int:
        if entry.value == "bad":
            raise ZeroDivisionError("bad")
        entry.value = "done"
        return 1


class Raise(_Code):
    """Raises the exception of Python that it names."""

    ID = 5

    def __init__(self, name: str = "") -> None:
        self.name = name

    def write_data(self, object_data_output: Any) -> None:
        object_data_output.write_string(self.name)

    def read_data(self, object_data_input: Any) -> None:
        self.name = object_data_input.read_string()

    def process(self, entry: Any) -> Any:
        raise {each.__name__: each for each in _RAISABLE}[self.name]("as it was told")


class Odd(_Code):
    """Does what cannot be written: gives, or stores, an object of no known class."""

    ID = 6

    def __init__(self, stores: bool = False) -> None:
        self.stores = stores

    def write_data(self, object_data_output: Any) -> None:
        object_data_output.write_boolean(self.stores)

    def read_data(self, object_data_input: Any) -> None:
        self.stores = object_data_input.read_boolean()

    def process(self, entry: Any) -> Any:
        if not self.stores:
            return object()
        entry.value = object()
        return None


class Shout(_Code):
    """A function of key and value."""

    ID = 7

    def apply(self, key: Any, value: Any) -> str:
        return f"{value}!"


class Mark(_Code):
    """Marks texts when they are read and when they are stored; forbids to remove "keptp"."""

    ID = 8

    def intercept_get(self, value: Any) -> Any:
        return f"{value}g" if isinstance(value, str) else None

    def intercept_put(self, old_value: Any, new_value: Any) -> Any:
        return f"{new_value}p" if isinstance(new_value, str) else None

    def intercept_remove(self, value: Any) -> None:
        if value == "keptp":
            raise NotImplementedError("it is kept")


class Join(_Code):
    """Stores old and new, gives changed values of what is removed, and complains afterwards."""

    ID = 9

    def intercept_put(self, old_value: Any, new_value: Any) -> Any:
        return f"{old_value}+{new_value}"

    def intercept_remove(self, value: Any) -> Any:
        return f"{value}-"

    def after_put(self, value: Any) -> None:
        if value == "None+bang":
            raise RuntimeError

    def after_remove(self, value: Any) -> None:
        if value == "None+boom-":
            raise RuntimeError


class Thing(_Code):
    """A value."""

    ID = 10

    def __init__(self, size: int = 0) -> None:
        self.size = size

    def write_data(self, object_data_output: Any) -> None:
        object_data_output.write_int(self.size)

    def read_data(self, object_data_input: Any) -> None:
        self.size = object_data_input.read_int()


class Grow(_Code):
    """Makes things larger."""

    ID = 11

    def process(self, entry: Any) -> Any:
        thing = entry.value or Thing()
        thing.size += 1
        entry.value = thing
        return thing


_RAISABLE = (
    NotImplementedError,
    RuntimeError,
    ValueError,
    TypeError,
    AttributeError,
    IndexError,
    KeyError,
    ZeroDivisionError,
    TimeoutError,
    OSError,
    LookupError,
)

CLASSES = (Append, Remove, Touch, FailOnBad, Raise, Odd, Shout, Mark, Join, Thing, Grow)
FACTORIES = {FACTORY: {each.ID: each for each in CLASSES}}
NAMES = {FACTORY: {each.ID: f"{__name__}:{each.__name__}" for each in CLASSES}}
"""The same classes by name, for members in a process of their own."""


def sent(code: type[_Code], *fields: str | bool, factory: int = FACTORY) -> bytes:
    """An object of one of these classes, as a client sends it."""
    data = b"\0\0\0\0\xff\xff\xff\xfe\x01" + pack(">ii", factory, code.ID)
    for field in fields:
        if isinstance(field, bool):
            data += bytes([field])
        else:
            data += pack(">i", len(field.encode())) + field.encode()
    return data
