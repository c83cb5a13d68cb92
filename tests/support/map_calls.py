# SPDX-License-Identifier: Apache-2.0
"""Calls of a map with their results: what every member and every client must agree on.

A case is a list of steps on a map that is empty at its beginning. (Members 4.2 refuse a time to
live that is longer than the idle time, so none is.) A step is the name of a method,
its arguments and what it gives. `Unordered` stands for lists whose order is the member's business,
`Raises` for errors, `View` for the parts of an entry view that do not depend on time.
"""

from __future__ import annotations

import datetime as dt
import decimal
import uuid
from collections.abc import Callable
from typing import Any

__all__ = ["CASES", "Raises", "Unordered", "View", "play"]


class Unordered:
    """A list in any order."""

    def __init__(self, *items: Any) -> None:
        self.items = items

    def __eq__(self, other: object) -> bool:
        return isinstance(other, list) and sorted(map(repr, other)) == sorted(map(repr, self.items))

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Unordered{self.items!r}"


class Raises:
    """An error of one of some classes, by name."""

    def __init__(self, *names: str) -> None:
        self.names = names

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, BaseException):
            return False
        return any(cls.__name__ in self.names for cls in type(other).__mro__)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Raises{self.names!r}"


class View:
    """An entry view with these parts."""

    def __init__(self, **parts: Any) -> None:
        self.parts = parts

    def __eq__(self, other: object) -> bool:
        return all(getattr(other, name, None) == value for name, value in self.parts.items())

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"View({self.parts!r})"


def step(method: str, *args: Any, gives: Any = None, **keywords: Any) -> tuple[Any, ...]:
    return method, args, keywords, gives


NONE_REFUSED = Raises("AssertionError")
NO_STORE = Raises("IllegalArgumentError", "NullPointerError")
UNREADABLE = Raises("HazelcastSerializationError")

KEYS: list[Any] = [
    1, 0, -1, 2**31 - 1, -(2**31), 1.0, -0.0, 1e300, float("inf"), True, False, "", "a", "é",
    "\N{GRINNING FACE}", "a" * 1000, "\0", uuid.UUID(int=7), decimal.Decimal("-1.25"),
    dt.date(2024, 2, 29), dt.time(1, 2, 3, 4), [1, "a", [None]], [],
]  # fmt: skip


def _filled(*keys: Any) -> list[tuple[Any, ...]]:
    return [step("set", key, f"value of {key}") for key in keys]


CASES: dict[str, list[tuple[Any, ...]]] = {
    "get": [
        step("get", 1),
        step("set", 1, "x"),
        step("get", 1, gives="x"),
        step("get", None, gives=NONE_REFUSED),
    ],
    "keys are compared by their bytes": [
        step("set", 1, "int"),
        step("set", 1.0, "float"),
        step("set", True, "truth"),
        step("set", "1", "text"),
        step("get", 1, gives="int"),
        step("get", 1.0, gives="float"),
        step("get", True, gives="truth"),
        step("get", "1", gives="text"),
        step("size", gives=4),
    ],
    "keys of any type": [
        *[step("set", key, number) for number, key in enumerate(KEYS)],
        *[step("get", key, gives=number) for number, key in enumerate(KEYS)],
        step("size", gives=len(KEYS)),
        step("key_set", gives=Unordered(*KEYS)),
    ],
    "values of any type": [
        item for value in KEYS for item in (step("set", "k", value), step("get", "k", gives=value))
    ],
    "put": [
        step("put", 1, "x"),
        step("put", 1, "y", gives="x"),
        step("put", 1, None, gives=NONE_REFUSED),
        step("put", None, 1, gives=NONE_REFUSED),
        step("get", 1, gives="y"),
        step("put", 2, "x", 100),
        step("put", 2, "y", ttl=50, max_idle=100, gives="x"),
        step("put", 3, "z", max_idle=50),
        step("put", 4, "z", 0, 0),
    ],
    "set": [
        step("set", 1, "x"),
        step("set", 1, ["y", 2]),
        step("get", 1, gives=["y", 2]),
        step("set", 1, None, gives=NONE_REFUSED),
        step("set", None, 1, gives=NONE_REFUSED),
        step("set", 2, "x", 100),
        step("set", 2, "y", 50, 100),
        step("set", 3, "z", max_idle=50),
        step("size", gives=3),
    ],
    "put_if_absent": [
        step("put_if_absent", 1, "x"),
        step("put_if_absent", 1, "y", gives="x"),
        step("get", 1, gives="x"),
        step("put_if_absent", 2, "x", 100),
        step("put_if_absent", 3, "x", 50, 100),
        step("put_if_absent", 3, "y", 50, 100, gives="x"),
        step("put_if_absent", 3, None, gives=NONE_REFUSED),
        step("put_if_absent", None, 3, gives=NONE_REFUSED),
    ],
    "put_transient": [
        step("put_transient", 1, "x"),
        step("get", 1, gives="x"),
        step("put_transient", 1, "y", 100),
        step("put_transient", 1, "z", 50, 100),
        step("get", 1, gives="z"),
        step("put_transient", 1, None, gives=NONE_REFUSED),
        step("put_transient", None, 1, gives=NONE_REFUSED),
    ],
    "replace": [
        step("replace", 1, "x"),
        step("contains_key", 1, gives=False),
        *_filled(1),
        step("replace", 1, "x", gives="value of 1"),
        step("get", 1, gives="x"),
        step("replace", 1, None, gives=NONE_REFUSED),
        step("replace", None, 1, gives=NONE_REFUSED),
    ],
    "replace_if_same": [
        step("replace_if_same", 1, "x", "y", gives=False),
        step("set", 1, "x"),
        step("replace_if_same", 1, "other", "y", gives=False),
        step("replace_if_same", 1, "x", "y", gives=True),
        step("get", 1, gives="y"),
        step("replace_if_same", 1, None, "y", gives=NONE_REFUSED),
        step("replace_if_same", 1, "y", None, gives=NONE_REFUSED),
    ],
    "remove": [
        step("remove", 1),
        *_filled(1),
        step("remove", 1, gives="value of 1"),
        step("remove", 1),
        step("is_empty", gives=True),
        step("remove", None, gives=NONE_REFUSED),
    ],
    "remove_if_same": [
        step("remove_if_same", 1, "x", gives=False),
        step("set", 1, "x"),
        step("remove_if_same", 1, "y", gives=False),
        step("remove_if_same", 1, "x", gives=True),
        step("size", gives=0),
        step("remove_if_same", 1, None, gives=NONE_REFUSED),
        step("remove_if_same", None, 1, gives=NONE_REFUSED),
    ],
    "delete": [
        step("delete", 1),
        *_filled(1),
        step("delete", 1),
        step("contains_key", 1, gives=False),
        step("delete", None, gives=NONE_REFUSED),
    ],
    "contains": [
        *_filled(1, 2),
        step("contains_key", 1, gives=True),
        step("contains_key", 3, gives=False),
        step("contains_key", 1.0, gives=False),
        step("contains_value", "value of 2", gives=True),
        step("contains_value", "value of 3", gives=False),
        step("contains_value", 2, gives=False),
        step("contains_key", None, gives=NONE_REFUSED),
        step("contains_value", None, gives=NONE_REFUSED),
    ],
    "evict": [
        step("evict", 1, gives=False),
        *_filled(1),
        step("evict", 1, gives=True),
        step("get", 1),
        step("evict", None, gives=NONE_REFUSED),
    ],
    "evict_all": [
        step("evict_all"),
        *_filled(*range(20)),
        step("evict_all"),
        step("size", gives=0),
        step("get_all", [1, 2], gives={}),
    ],
    "clear": [
        step("clear"),
        *_filled(*range(20)),
        step("clear"),
        step("is_empty", gives=True),
        step("entry_set", gives=[]),
    ],
    "flush": [step("flush"), *_filled(1), step("flush"), step("get", 1, gives="value of 1")],
    "load_all": [
        # Members without a map store refuse.
        step("load_all", gives=NO_STORE),
        step("load_all", [1, 2, 3], gives=NO_STORE),
        step("load_all", [1, 2, 3], False, gives=NO_STORE),
        step("load_all", replace_existing_values=False, gives=NO_STORE),
        step("size", gives=0),
    ],
    "whole map": [
        step("size", gives=0),
        step("is_empty", gives=True),
        step("key_set", gives=[]),
        step("values", gives=[]),
        step("entry_set", gives=[]),
        *_filled(1, 2, "three"),
        step("size", gives=3),
        step("is_empty", gives=False),
        step("key_set", gives=Unordered(1, 2, "three")),
        step("values", gives=Unordered("value of 1", "value of 2", "value of three")),
        step(
            "entry_set",
            gives=Unordered((1, "value of 1"), (2, "value of 2"), ("three", "value of three")),
        ),
    ],
    "get_all": [
        step("get_all", [], gives={}),
        step("get_all", [1, 2], gives={}),
        *_filled(*range(10)),
        step("get_all", [1], gives={1: "value of 1"}),
        step("get_all", [3, 99, 3], gives={3: "value of 3"}),
        step("get_all", list(range(-5, 15)), gives={key: f"value of {key}" for key in range(10)}),
        step("get_all", [1, None], gives=NONE_REFUSED),
        step("get_all", None, gives=NONE_REFUSED),
    ],
    "put_all": [
        step("put_all", {}),
        step("size", gives=0),
        step("put_all", {key: key * 7 for key in range(300)}),
        step("size", gives=300),
        step("get_all", list(range(300)), gives={key: key * 7 for key in range(300)}),
        step("put_all", {1: "x", "y": 2}),
        step("get_all", [1, "y", 2], gives={1: "x", "y": 2, 2: 14}),
        step("put_all", {1: None}, gives=NONE_REFUSED),
        step("put_all", None, gives=NONE_REFUSED),
        step("get", 1, gives="x"),
    ],
    "get_entry_view": [
        step("get_entry_view", 1),
        step("set", 1, "x", 100),
        step("get", 1, gives="x"),
        step(
            "get_entry_view",
            1,
            gives=View(key=1, value="x", version=0, ttl=100_000, max_idle=2**63 - 1),
        ),
        step("set", 1, "y"),
        step("get_entry_view", 1, gives=View(key=1, value="y", version=1)),
        step("set", 2, "z"),
        step(
            "get_entry_view",
            2,
            gives=View(value="z", ttl=2**63 - 1, expiration_time=2**63 - 1),
        ),
        step("set", 3, "w", 50, 100),
        step("get_entry_view", 3, gives=View(value="w", ttl=50_000, max_idle=100_000)),
        step("get_entry_view", None, gives=NONE_REFUSED),
    ],
    "set_ttl": [
        step("set_ttl", 1, 100, gives=False),
        step("set", 1, "x"),
        step("set_ttl", 1, 100, gives=True),
        step("get_entry_view", 1, gives=View(value="x", ttl=100_000)),
        step("set_ttl", 1, 0, gives=True),
        step("get_entry_view", 1, gives=View(value="x", ttl=2**63 - 1)),
        step("set_ttl", None, 1, gives=NONE_REFUSED),
        step("set_ttl", 1, None, gives=NONE_REFUSED),
    ],
    "try_put": [
        step("try_put", 1, "x", gives=True),
        step("get", 1, gives="x"),
        step("try_put", 1, "y", 0.01, gives=True),
        step("get", 1, gives="y"),
        step("try_put", None, 1, gives=NONE_REFUSED),
        step("try_put", 1, None, gives=NONE_REFUSED),
    ],
    "try_remove": [
        step("try_remove", 1, gives=False),
        step("set", 1, "x"),
        step("try_remove", 1, 0.01, gives=True),
        step("size", gives=0),
        step("try_remove", None, gives=NONE_REFUSED),
    ],
    "a long value": [
        step("set", "long", "x" * 100_000),
        step("get", "long", gives="x" * 100_000),
        step("put", "long", "short", gives="x" * 100_000),
    ],
    "what cannot be written": [
        step("set", 1, 2**31, gives=UNREADABLE),
        step("get", 2**31, gives=UNREADABLE),
        step("contains_key", 1, gives=False),
    ],
}


def play(call: Callable[..., Any], a_map: Any, case: str) -> list[tuple[str, Any, Any]]:
    """Play a case on an empty map.

    Args:
        call: makes a call: ``call(method, *args, **keywords)``.
        a_map: whose methods are called.
        case: the name of the case.

    Returns:
        Method, what was expected and what came, of each step.
    """
    results = []
    for method, args, keywords, expected in CASES[case]:
        try:
            came = call(getattr(a_map, method), *args, **keywords)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is compared
            came = error
        results.append((method, expected, came))
    return results
