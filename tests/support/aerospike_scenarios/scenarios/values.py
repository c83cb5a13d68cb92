# SPDX-License-Identifier: Apache-2.0
"""Every type of value, at the edges of its encodings."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from support.aerospike_scenarios.catalogue import scenario
from support.aerospike_scenarios.observing import See

_EDGES = (0, 1, 2**7, 2**8, 2**15, 2**16, 2**31, 2**32, 2**63)


def _store(see: See, values: dict[str, Any]) -> None:
    see.put("a", values)
    see.get("a")


def _integers() -> list[int]:
    near = {edge + step for edge in _EDGES for step in (-1, 0, 1)}
    both = near | {-number for number in near}
    return sorted(number for number in both if -(2**63) <= number < 2**63)


@scenario
def integers(see: See) -> None:
    for number in _integers():
        see.quietly("put", number, {"n": number, "l": [number], "m": {"k": number}})
        see.get(number)


@scenario
def integers_as_keys_of_maps(see: See) -> None:
    _store(see, {"m": dict.fromkeys(_integers(), 1)})


@scenario
def integers_that_do_not_fit(see: See) -> None:
    for number in (2**64, -(2**63) - 1, 2**100):
        see.put("a", {"n": number})
        see.put("a", {"l": [number]})
        see.increment("a", "n", number)
    see.exists("a")


@scenario
def integers_of_64_bits_without_a_sign(see: See) -> None:
    for number in (2**63, 2**64 - 1):
        see.put("a", {"n": number})
        see.get("a")


@scenario
def floats(see: See) -> None:
    for number in (0.0, -0.0, 0.1, 1e308, 5e-324, float("inf"), float("-inf"), float("nan")):
        _store(see, {"f": number, "l": [number]})


@scenario
def booleans_and_none(see: See) -> None:
    _store(see, {"t": True, "f": False})
    _store(see, {"l": [True, False, None], "m": {"t": True, "n": None}})


@scenario
def strings(see: See) -> None:
    for text in (
        "",
        "a",
        "ü€😀",
        "a\x00b",
        "x" * 31,
        "x" * 32,
        "x" * 255,
        "x" * 65535,
        "x" * 70000,
    ):
        _store(see, {"s": text, "l": [text]})


@scenario
def strings_that_are_not_unicode(see: See) -> None:
    see.put("a", {"s": "\ud800"})
    see.exists("a")


@scenario
def some_bytes(see: See) -> None:
    for data in (b"", b"\x00", bytes(range(256)), b"x" * 65535, bytearray(b"array")):
        _store(see, {"b": data, "l": [data]})


@scenario
def lists(see: See) -> None:
    _store(see, {"l": []})
    _store(see, {"l": [1, "two", 3.0, b"four", True, None, [5, [6]], {"seven": 8}]})
    _store(see, {"l": list(range(15))})
    _store(see, {"l": list(range(70_000))})


@scenario
def maps(see: See) -> None:
    _store(see, {"m": {}})
    _store(see, {"m": {1: "int", "s": "str", b"b": "bytes"}})
    _store(see, {"m": {"list": [1], "map": {"in": {"side": []}}}})
    _store(see, {"m": {f"k{number}": number for number in range(300)}})


@scenario
def maps_with_floats_as_keys(see: See) -> None:
    _store(see, {"m": {1.5: "float"}})


@scenario
def deep_values(see: See) -> None:
    value: Any = 1
    for _ in range(20):
        value = [value, {"k": value}] if isinstance(value, int) else [value]
    _store(see, {"l": value})


@scenario
def points(see: See) -> None:
    _store(see, {"g": see.special("geo", '{"type": "Point", "coordinates": [1.5, -2.0]}')})


@scenario
def sketches(see: See) -> None:
    """HyperLogLog: the smallest one, which is empty."""
    _store(see, {"h": see.special("hll", bytes.fromhex("0004" + "00" * 21))})
    see.put("a", {"h": see.special("hll", b"no sketch")})


@scenario
def many_bins(see: See) -> None:
    see.put("a", {f"bin{number}": number for number in range(500)})
    see.exists("a")
    see.select("a", ["bin0", "bin499"])


@scenario
def other_objects(see: See) -> None:
    for value in ((1, 2), {1}, Decimal(1), object, 1j):
        see.put("a", {"v": value})
    see.put("a", {"v": [{1}]})
    see.exists("a")
