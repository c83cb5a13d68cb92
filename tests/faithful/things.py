# SPDX-License-Identifier: Apache-2.0
"""Classes that scenarios have members run and look into; `java/Things.java` is the same in Java.

Real members run the Java, in-process clusters the Python. A client only writes and reads them, so
each library gets classes of its own: those of its base class.
"""

from __future__ import annotations

import subprocess
from functools import cache
from importlib import import_module
from pathlib import Path
from types import new_class
from typing import Any

from gridwire.testing.real import RealMemberError, find_javac

__all__ = ["FACTORY", "MEMBER_CONFIG", "classes", "compiled"]

FACTORY = 4711

MEMBER_CONFIG = f"""
  <serialization>
    <data-serializable-factories>
      <data-serializable-factory factory-id="{FACTORY}"
        >gridwire.faithful.Things</data-serializable-factory>
    </data-serializable-factories>
  </serialization>
"""

_SOURCE = Path(__file__).parent / "java" / "Things.java"


def compiled(jar: Path, folder: Path) -> Path:
    """Compile the Java classes.

    Args:
        jar: of the members that will run them.
        folder: where they go.

    Returns:
        The folder, for the members' class path.
    """
    javac = find_javac()
    if javac is None:
        raise RealMemberError("javac not found: scenarios need a Java development kit")
    command = [
        javac,
        "-Xlint:all,-serial",
        "-Werror",
        "-cp",
        str(jar),
        "-d",
        str(folder),
        str(_SOURCE),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RealMemberError(f"javac failed:\n{done.stderr}")
    return folder


class Thing:
    """What all have in common; the base class of a library comes later."""

    ID = 0

    def get_factory_id(self) -> int:
        return FACTORY

    def get_class_id(self) -> int:
        return self.ID

    def write_data(self, object_data_output: Any) -> None:
        """Nothing by default."""

    def read_data(self, object_data_input: Any) -> None:
        """Nothing by default."""

    def as_plain(self) -> str:
        values = ", ".join(repr(value) for value in vars(self).values())
        return f"{type(self).__name__}({values})"


class Person(Thing):
    ID = 1

    def __init__(
        self,
        name: str | None = None,
        age: int = 0,
        salary: int = 0,
        height: float = 0.0,
        active: bool = False,
        city: str | None = None,
    ) -> None:
        self.name = name
        self.age = age
        self.salary = salary
        self.height = height
        self.active = active
        self.city = city

    def write_data(self, object_data_output: Any) -> None:
        object_data_output.write_string(self.name)
        object_data_output.write_int(self.age)
        object_data_output.write_long(self.salary)
        object_data_output.write_double(self.height)
        object_data_output.write_boolean(self.active)
        object_data_output.write_string(self.city)

    def read_data(self, object_data_input: Any) -> None:
        self.name = object_data_input.read_string()
        self.age = object_data_input.read_int()
        self.salary = object_data_input.read_long()
        self.height = object_data_input.read_double()
        self.active = object_data_input.read_boolean()
        self.city = object_data_input.read_string()


class ByAge(Thing):
    ID = 2

    def compare(self, one: Any, other: Any) -> int:
        return (other.value.age - one.value.age) or (one.key - other.key)


class Append(Thing):
    ID = 3

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


class Remove(Thing):
    ID = 4

    def process(self, entry: Any) -> bool:
        there = entry.value is not None
        entry.value = None
        return there


class Fail(Thing):
    ID = 5

    def process(self, entry: Any) -> None:
        raise RuntimeError("as it was told")


class Touch(Thing):
    ID = 6

    def process(self, entry: Any) -> None:
        """Nothing."""


class Mark(Thing):
    ID = 7

    def intercept_get(self, value: Any) -> Any:
        return f"{value}g" if isinstance(value, str) else None

    def intercept_put(self, old_value: Any, new_value: Any) -> Any:
        return f"{new_value}p" if isinstance(new_value, str) else None

    def intercept_remove(self, removed_value: Any) -> Any:
        if removed_value == "keptp":
            raise NotImplementedError("it is kept")
        return None


class Backwards(Thing):
    ID = 8

    def compare(self, one: Any, other: Any) -> int:
        return (other.value > one.value) - (other.value < one.value)


_THINGS = (Person, ByAge, Append, Remove, Fail, Touch, Mark, Backwards)


@cache
def classes(root: str) -> dict[int, type]:
    """The classes for a library, by id.

    Args:
        root: the name of its package.
    """
    base = import_module(f"{root}.serialization.api").IdentifiedDataSerializable
    return {
        one.ID: new_class(
            one.__name__, (one, base), exec_body=lambda names: names.update(__module__=__name__)
        )
        for one in _THINGS
    }
