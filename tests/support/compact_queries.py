# SPDX-License-Identifier: Apache-2.0
"""Queries that look into records of Compact, to be asked of our cluster and of real members.

What a real member 5.7.0 answered is in ``tests/vectors/hazelcast/compact_queries.json``.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from gridwire.hazelcast import aggregator as agg
from gridwire.hazelcast import predicate as p
from gridwire.hazelcast import projection as proj
from gridwire.hazelcast.config import IndexType
from gridwire.hazelcast.serialization.api import FieldKind, GenericRecord

__all__ = ["RECORDED", "answers", "load"]

RECORDED = Path(__file__).parents[1] / "vectors" / "hazelcast" / "compact_queries.json"

_SHOWN = 400
_KINDS = {
    "b": FieldKind.BOOLEAN,
    "i8": FieldKind.INT8,
    "i16": FieldKind.INT16,
    "i32": FieldKind.INT32,
    "i64": FieldKind.INT64,
    "f32": FieldKind.FLOAT32,
    "f64": FieldKind.FLOAT64,
    "s": FieldKind.STRING,
    "dec": FieldKind.DECIMAL,
    "t": FieldKind.TIME,
    "d": FieldKind.DATE,
    "ts": FieldKind.TIMESTAMP,
    "tz": FieldKind.TIMESTAMP_WITH_TIMEZONE,
    "limb": FieldKind.COMPACT,
    "limbs": FieldKind.ARRAY_OF_COMPACT,
    "ints": FieldKind.ARRAY_OF_INT32,
    "bools": FieldKind.ARRAY_OF_BOOLEAN,
    "strs": FieldKind.ARRAY_OF_STRING,
    "ni": FieldKind.NULLABLE_INT32,
    "nis": FieldKind.ARRAY_OF_NULLABLE_INT32,
    "nb": FieldKind.NULLABLE_BOOLEAN,
    "none": FieldKind.STRING,
    "nolimb": FieldKind.COMPACT,
    "nolimbs": FieldKind.ARRAY_OF_COMPACT,
    "empty": FieldKind.ARRAY_OF_COMPACT,
}
_LIMB = {"name": FieldKind.STRING, "len": FieldKind.INT32}


def _limb(name: str, length: int) -> GenericRecord:
    return GenericRecord("limb", _LIMB, {"name": name, "len": length})


def _body(n: int) -> GenericRecord:
    values = {
        "b": n % 2 == 0,
        "i8": n,
        "i16": n * 10,
        "i32": n * 100,
        "i64": n * 2**33,
        "f32": n / 2,
        "f64": n / 4,
        "s": f"s{n}",
        "dec": Decimal(n) / 4,
        "t": dt.time(n, 1, 2, 3000),
        "d": dt.date(2020, 1, n + 1),
        "ts": dt.datetime(2020, 1, n + 1, 3, 4, 5),  # noqa: DTZ001 - a local one
        "tz": dt.datetime(2020, 1, n + 1, 3, 4, 5, tzinfo=dt.UTC),
        "limb": _limb(f"arm{n}", n),
        "limbs": [_limb(f"a{n}", n), None, _limb(f"b{n}", n + 1)],
        "ints": [n, n + 1],
        "bools": [True, False],
        "strs": [f"x{n}", None],
        "ni": None if n == 0 else n,
        "nis": [n, None],
        "nb": None if n == 0 else True,
        "none": None,
        "nolimb": None,
        "nolimbs": None,
        "empty": [],
    }
    return GenericRecord("body", _KINDS, values)


_PATHS = (
    *("b", "i8", "i16", "i32", "i64", "f32", "f64", "s", "dec", "limb", "limb.name", "limb.len"),
    *("limbs", "limbs[0]", "limbs[0].name", "limbs[1]", "limbs[1].name", "limbs[9].name"),
    *("limbs[any].name", "limbs[any]", "ints", "ints[0]", "ints[9]", "ints[any]", "ints[-1]"),
    *("strs", "strs[any]", "strs[1]", "ni", "nis[any]", "nis[1]", "none", "none.x", "nolimb"),
    *("nolimb.name", "nolimb.nope", "nolimbs[0].name", "nolimbs[any].name", "empty[any].name"),
    *("empty[0]", "nope", "nope.x", "nope[0]", "nope[any]", "i32.x", "s.length", "limb.nope"),
    *("limbs.name", "limbs[any].nope", "limb[0]", "limb[any]", "limb[any].x", "i32[0]"),
    *("i32[any]", "s[any]", "b[any]", "nb", "bools", "bools[any]", "this.i32", "__key", "limbs["),
    *("limbs[x]", "limbs[0].", "", ".i32", "ints[0].x", "strs[0].length", "limbs[any].name.x"),
)
_ORDERED = ("t", "d", "ts", "tz")
_AGGREGATED = ("i8", "i16", "i32", "i64", "f32", "f64", "dec", "s", "d", "ni", "ints[0]", "limb")
_SQL = (
    *("i32 > 50 and s like 's%'", "d > '2020-01-01'", "limb.name = 'arm1'", "b = true"),
    *("limbs[any].name in ('a1', 'b2')", "ni = null", "ts = '2020-01-02T03:04:05'", "tz > 'x'"),
    *("dec >= 0.25", "nope = 1", "f32 = 0.5", "i8 between 1 and 2", "t = '01:01:02.003'"),
    *(
        "this = 1",
        "this.name = 's1'",
        "this.s = 's1'",
        "this.i32 between 50 and 150",
        "this.b",
        "this.s like 's%'",
        "limbs[any].len = 2",
        "not i32 = 100",
        "tz = '2020-01-02T03:04:05Z'",
    ),
)


def _cases(numbers: Any) -> Iterator[tuple[str, Callable[[], Any]]]:
    for path in _PATHS:
        yield f"equal({path!r}, 1)", lambda path=path: numbers.key_set(p.equal(path, 1))
        yield f"equal({path!r}, None)", lambda path=path: numbers.key_set(p.equal(path, None))
        yield f"{path!r} > 0", lambda path=path: numbers.key_set(p.greater(path, 0))
        if path and "[any]" not in path:
            one = proj.single_attribute(path)
            yield f"project {path!r}", lambda one=one: numbers.project(one)
    for path in _ORDERED:
        yield f"project {path!r}", lambda path=path: numbers.project(proj.single_attribute(path))
        yield f"max({path!r})", lambda path=path: numbers.aggregate(agg.max_(path))
        # Numbers count milliseconds since 1970.
        for number in (0, 1.5, 10**15, -(10**13), True):
            for make in (p.equal, p.greater):
                label = f"{make.__name__}({path!r}, {number!r})"
                yield label, lambda path=path, n=number, make=make: numbers.key_set(make(path, n))
    for path in _AGGREGATED:
        for make in (agg.max_, agg.min_, agg.count, agg.long_sum, agg.double_avg, agg.number_avg):
            label = f"{make.__name__}({path!r})"
            yield label, lambda path=path, make=make: numbers.aggregate(make(path))
        yield (
            f"distinct({path!r})",
            lambda path=path: sorted(map(repr, numbers.aggregate(agg.distinct(path)))),
        )
    for text in _SQL:
        yield text, lambda text=text: numbers.key_set(p.sql(text))
    yield "values", lambda: numbers.values(p.equal("i32", 100))
    yield "multi", lambda: numbers.project(proj.multi_attribute("i32", "limb.name", "nope"))
    yield "page", lambda: numbers.key_set(p.paging(p.equal("b", True), 1))
    yield "contains", lambda: [numbers.contains_value(_body(1)), numbers.contains_value(_body(7))]
    yield "view", lambda: numbers.get_entry_view(1).value
    numbers.add_index(attributes=["i32"])
    numbers.add_index(attributes=["limb.name"], index_type=IndexType.HASH)
    numbers.add_index(attributes=["limbs[any].len"], index_type=IndexType.HASH)
    for text in ("i32 > 50", "limb.name = 'arm1'", "limbs[any].len = 2", "i32 in (0, 200)"):
        yield f"{text} by an index", lambda text=text: numbers.key_set(p.sql(text))


def answers(numbers: Any) -> list[list[Any]]:
    """Fill a map, ask, and give what each question was answered.

    Args:
        numbers: an empty map of a blocking client.
    """
    for n in range(3):
        numbers.set(n, _body(n))
    return [[label, _answer(ask)] for label, ask in _cases(numbers)]


def _answer(ask: Callable[[], Any]) -> Any:
    try:
        found = ask()
    except Exception as error:  # noqa: BLE001 - it is an answer
        return ["error", type(error).__name__, str(getattr(error, "message", error))[:_SHOWN]]
    return sorted(map(repr, found)) if isinstance(found, list) else repr(found)


def load() -> list[list[Any]]:
    """What was recorded."""
    recorded: list[list[Any]] = json.loads(RECORDED.read_text())
    return recorded
