# SPDX-License-Identifier: Apache-2.0
"""What the maps hold that `query_cases` asks of: ordinary entries and odd ones."""

from __future__ import annotations

import datetime as dt
import decimal
import uuid
from typing import Any, NamedTuple

from hazelcast.core import HazelcastJsonValue


class Typed(NamedTuple):
    """An int that is written as a type of Java's other than int."""

    kind: str
    value: int


def long(value):
    return Typed("LONG", value)


def short(value):
    return Typed("SHORT", value)


def byte(value):
    return Typed("BYTE", value)


def big(value):
    return Typed("BIG_INT", value)


J = HazelcastJsonValue
D = decimal.Decimal

PEOPLE = {
    "ann": J(
        {
            "name": "Ann",
            "age": 31,
            "height": 1.71,
            "active": True,
            "city": None,
            "address": {"street": "Main St", "no": 5},
            "tags": ["a", "b"],
            "kids": [{"name": "Tim", "age": 3}, {"name": "Eva", "age": 7}],
            "nested": [[1, 2], [3]],
        }
    ),
    "bob": J(
        {
            "name": "Bob",
            "age": 45,
            "height": 1.85,
            "active": False,
            "city": "Bonn",
            "address": {"street": "O'Hara Road", "no": 15},
            "tags": [],
            "kids": [],
        }
    ),
    "cid": J(
        {
            "name": "Cid",
            "age": 17,
            "active": True,
            "tags": ["b", "c%d", "x_y"],
            "kids": [{"name": "Zoe"}],
            "address": None,
            "big": 9007199254740993,
        }
    ),
    "dan": J({"name": "dan", "age": 45.0, "height": 2, "tags": "a", "kids": {"name": "Tim"}}),
    "emi": J({}),
}
ODD_JSON = {
    1: J('{"a": 1, "a": 2}'),
    2: J("[1, 2, 3]"),
    3: J("5"),
    4: J('"text"'),
    5: J('{"a": 1e2}'),
    6: J('{"a": 12345678901234567890}'),
    7: J('{"a": -0.0}'),
    8: J('{"a.b": 7, "a": {"b": 8}}'),
    9: J('{"a": null}'),
    10: J('{"a": {"b": [1, {"c": "x"}]}}'),
    11: J('{"a": "1"}'),
    12: J('{"a": true}'),
    13: J("null"),
    14: J('{"a": [1, "1", null, true, 1.5, {"b": 1}, [1]]}'),
}
BROKEN_JSON = {1: J('{"a": 1'), 2: J("nope"), 3: J('{"a": 1}'), 4: J("")}
JSON_KEYS = {J({"id": 1, "at": {"x": "p"}}): 10, J({"id": 2, "at": {"x": "q"}}): 20}
INTS = {number: number for number in range(-5, 15)}
TEXTS = dict(
    enumerate(
        [
            "",
            "a",
            "A",
            "abc",
            "a%c",
            "a_c",
            "a\\c",
            "10",
            "9",
            "O'Hara",
            "null",
            "line\nbreak",
            "ä",
            "Ä",
            "x y",
            "true",
            "1.0",
            "a.c",
            "%",
            "b)",
            "ß",
            "日本",
        ]
    )
)
DOUBLES = {
    0: 0.0,
    1: -0.0,
    2: 1.5,
    3: -1.5,
    4: 1.0,
    5: float("inf"),
    6: float("-inf"),
    7: float("nan"),
    8: 2.0**53,
    9: 1e300,
}
LONGS = {
    0: long(0),
    1: long(5),
    2: long(2**31),
    3: long(-(2**40)),
    4: long(2**63 - 1),
    5: long(2**53 + 1),
}
DECIMALS = {0: D("1"), 1: D("1.0"), 2: D("1.50"), 3: D("-7"), 4: D("1e30")}
BIGS = {0: big(5), 1: big(10**30), 2: big(-1)}
SHORTS = {0: short(5), 1: short(300), 2: short(-2)}
BYTES = {0: byte(5), 1: byte(7)}
MIXED_NUMBERS = {0: 5, 1: long(5), 2: 5.0, 3: short(6), 4: byte(7), 5: 6.5, 6: long(2**40)}
BOOLS = {0: True, 1: False}
UUIDS = {0: uuid.UUID(int=1), 1: uuid.UUID(int=2), 2: uuid.UUID(int=2**127 + 3)}
TIMES = {0: dt.date(2024, 2, 29), 1: dt.date(2023, 1, 1)}
MOMENTS = {
    0: dt.datetime(2024, 2, 29, 12, 30, tzinfo=dt.UTC),
    1: dt.datetime(2024, 2, 29, 12, 31, tzinfo=dt.UTC),
}
CLOCKS = {0: dt.time(12, 30), 1: dt.time(13, 30)}
LISTS = {0: [1, 2], 1: []}
ARRAYS = {0: bytearray(b"ab")}
ONE_TEXT = {0: "7"}
TEXT_KEYS = {"a": 1, "b": 2, "c": 3, "": 4}
ONE_MIXED = {0: "5", 1: 5}
EMPTY: dict[Any, Any] = {}

PICKLED = {0: (1, 2)}
NUMBERS_IN_JSON = {
    1: J(
        '{"f": [1.5, 2], "g": [1, 2.5, null], "h": [1e2], "i": [12345678901234567890], '
        '"j": [{"x": 1}, {"x": {"y": 2}}, {"x": [3]}], "k": [{"x": 5}, 7, [8]]}'
    )
}
ENDED = {1: J('{"a": 1} trailing')}
COMMENTED = {1: J('{"a": 1,}')}
TEXTUAL = {1: J("plain")}
NAN = {1: J('{"a": NaN}')}
for _n, _v in ODD_JSON.items():
    globals()[f"ODD_{_n}"] = {_n: _v}
for _n, _v in BROKEN_JSON.items():
    globals()[f"BROKEN_{_n}"] = {_n: _v}
PAGES = {n: f"v{n % 7}" for n in range(40)}
TEXT_PAGES = {f"k{n}": n * 37 % 101 for n in range(60)}

DATA = {
    name: value
    for name, value in globals().items()
    if name[0].isalpha() and name == name.upper() and isinstance(value, dict)
}
