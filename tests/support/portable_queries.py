# SPDX-License-Identifier: Apache-2.0
"""Queries over Portables, asked by the official client, with what real members answered.

The answers of a real member 5.7.0 are in ``tests/vectors/hazelcast/portable_queries.json``.
"""

from __future__ import annotations

import datetime as dt
import decimal
import json
from pathlib import Path
from typing import Any

from hazelcast.serialization.api import Portable
from hazelcast.serialization.portable.classdef import ClassDefinitionBuilder

import hazelcast
from hazelcast import aggregator as agg
from hazelcast import predicate as p
from hazelcast import projection as proj
from support.query_asking import _plain_error, plain

__all__ = ["CASES", "DIFFERENT", "answers", "load", "record"]

RECORDED = Path(__file__).parent.parent / "vectors" / "hazelcast" / "portable_queries.json"

D = decimal.Decimal
INNER = ("string", "name"), ("int", "number"), ("int_array", "marks")
NEW = (
    *(("decimal", "price"), ("time", "hour"), ("date", "day"), ("timestamp", "moment")),
    *(("timestamp_with_timezone", "instant"), ("decimal_array", "prices"), ("date_array", "days")),
)


class Record(Portable):
    """Writes what it has; reads what is there."""

    class_id = 0
    shape: tuple[tuple[str, str], ...] = ()

    def __init__(self, **fields: Any) -> None:
        self.fields = fields

    def get_factory_id(self) -> int:
        return 1

    def get_class_id(self) -> int:
        return self.class_id

    def write_portable(self, writer: Any) -> None:
        for kind, name in self.shape:
            getattr(writer, f"write_{kind}")(name, self.fields.get(name))

    def read_portable(self, reader: Any) -> None:
        self.fields = {name: getattr(reader, f"read_{kind}")(name) for kind, name in self.shape}

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.fields})"

    def __hash__(self) -> int:
        return hash(repr(self))

    def __eq__(self, other: object) -> bool:
        return repr(self) == repr(other)


class Limb(Record):
    class_id = 1
    shape = INNER


class Body(Record):
    class_id = 2
    shape = (
        *(("byte", "b"), ("boolean", "z"), ("char", "c"), ("short", "s"), ("int", "i")),
        *(("long", "l"), ("float", "f"), ("double", "d"), ("string", "t"), ("int_array", "is")),
        *(("string_array", "ts"), ("byte_array", "bs"), ("boolean_array", "zs")),
        *(("double_array", "ds"), ("char_array", "cs")),
        *(("portable", "limb"), ("portable_array", "limbs"), ("int", "this.odd")),
    )


class Modern(Record):
    class_id = 3
    shape = NEW


class Old(Record):
    """The same class id as `New`, an earlier version."""

    class_id = 4
    shape = (("int", "i"), ("string", "only"))

    def get_class_version(self) -> int:
        return 1


class New(Record):
    class_id = 4
    shape = (("long", "i"),)

    def get_class_version(self) -> int:
        return 2


class Key(Record):
    class_id = 5
    shape = (("int", "id"), ("string", "name"))


def _limb(name: str | None, number: int, marks: list[int] | None) -> Limb:
    return Limb(name=name, number=number, marks=marks)


def _body(number: int, **fields: Any) -> Body:
    usual = {
        "b": number,
        "z": number % 2 == 0,
        "c": "abc"[number],
        "s": number * 100,
        "i": number * 1000,
        "l": number << 40,
        "f": number + 0.5,
        "d": number + 0.25,
        "t": ["ann", "bob", None][number],
        "is": [number, number + 1, 7],
        "ts": ["x", None, f"t{number}"],
        "bs": bytearray([1, number]),
        "zs": [True, False],
        "ds": [0.5, float(number)],
        "cs": ["p", "q"],
        "limb": _limb("arm", number, [1, 2]),
        "limbs": [_limb("leg", 1, [number]), _limb(None, number, None)],
        "this.odd": 5,
    }
    return Body(**(usual | fields))


_NOON = dt.datetime.fromisoformat("2024-02-29T12:30:01.250")
BODIES = {
    0: _body(0),
    1: _body(1, limb=None, limbs=[]),
    2: _body(2, **{"limbs": None, "is": None, "ts": [], "bs": None}),
}
MODERN = {
    0: Modern(
        price=D("1.50"),
        hour=_NOON.time(),
        day=_NOON.date(),
        moment=_NOON,
        instant=_NOON.replace(tzinfo=dt.UTC),
        prices=[D(1), D("2.5")],
        days=[_NOON.date()],
    ),
    1: Modern(),
}
VERSIONS = {0: Old(i=5, only="x"), 1: New(i=5), 2: New(i=1 << 40), 3: Old(i=7, only=None)}
KEYS = {Key(id=1, name="one"): 10, Key(id=2, name=None): 20}
MIXED = {0: _limb("arm", 1, None), 1: Key(id=1, name="arm"), 2: 5}
NESTED = {0: [_limb("arm", 1, None)]}
DATA: dict[str, dict[Any, Any]] = {
    "BODIES": BODIES,
    "MODERN": MODERN,
    "VERSIONS": VERSIONS,
    "KEYS": KEYS,
    "MIXED": MIXED,
    "NESTED": NESTED,
    "INDEXED": BODIES,
}


_NEGATIVE = "members read what happens to lie in front of the array"
DIFFERENT = {
    "BODIES: project is[-1]": _NEGATIVE,
    "BODIES: is[-1] = null": _NEGATIVE,
    "BODIES: is[-1] = 1": _NEGATIVE,
    "BODIES: is[-1] = 'arm'": _NEGATIVE,
    "BODIES: count is[-1]": _NEGATIVE,
    "INDEXED: index limb": "indexes of members in process are kept, and not built",
}
"""Cases in which a test cluster answers something else on purpose, with the reason."""

CASES: list[tuple[str, str, Any]] = []


def _add(data: str, label: str, ask: Any) -> None:
    CASES.append((f"{data}: {label}", data, ask))


def where(data: str, *texts: str) -> None:
    for text in texts:
        _add(data, text, lambda m, text=text: m.key_set(p.sql(text)))


def keys(data: str, *predicates: Any) -> None:
    for one in predicates:
        _add(data, repr(one), lambda m, one=one: m.key_set(one))


_PROJECTED = (
    *("b", "z", "c", "s", "i", "l", "f", "d", "t", "is", "ts", "bs", "zs", "ds", "cs", "limb"),
    *("limbs", "is[0]", "is[2]", "is[9]", "is[any]", "ts[0]", "ts[1]", "ts[any]", "bs[1]"),
    *("zs[0]", "zs[any]", "ds[1]", "ds[any]", "cs[0]", "cs[any]", "bs[any]", "limb.name"),
    *("limb.number", "limb.marks", "limb.marks[0]", "limb.marks[5]", "limb.marks[any]"),
    *("limbs[0]", "limbs[1].name", "limbs[0].marks", "limbs[0].marks[0]", "limbs[0].marks[any]"),
    *("limbs[7]", "limbs[7].name", "limbs[any]", "limbs[any].name", "limbs[any].number"),
    *("limbs[any].marks", "limbs[any].marks[0]", "limbs[any].marks[any]", "nix", "nix.nix"),
    *("limb.nix", "limbs[0].nix", "limbs[any].nix", "t.nix", "i.nix", "limbs.name", "is.nix"),
    *("i[0]", "i[any]", "t[0]", "limb[0]", "limb[any]", "limb[0].name", "limb[any].name"),
    *(
        "is[-1]",
        "is[x]",
        "is[]",
        "is[0",
        "is]",
        "is[0][0]",
        "[0]",
        "[any]",
        ".i",
        "i.",
        "limb..name",
    ),
    *("limb.", "this.i", "this", "this.odd", "limb.this", "__key", "__key.i", "is[0].x", "class"),
    *("is.length", "limbs[any][any]", "is[any].x", "limbs[1].marks[any]", "limbs[ any ].name"),
    *("is[00]", "is[2147483648]"),
)
for _path in _PROJECTED:
    _add("BODIES", f"project {_path}", lambda m, path=_path: m.project(proj.single_attribute(path)))
    _add("BODIES", f"{_path} = null", lambda m, path=_path: m.key_set(p.equal(path, None)))
    _add("BODIES", f"{_path} = 1", lambda m, path=_path: m.key_set(p.equal(path, 1)))
    _add("BODIES", f"{_path} = 'arm'", lambda m, path=_path: m.key_set(p.equal(path, "arm")))
    _add("BODIES", f"count {_path}", lambda m, path=_path: m.aggregate(agg.count(path)))
where(
    "BODIES",
    *("b > 0", "z", "not z", "c = 'b'", "s >= 100", "i between 0 and 1000", "l > 5", "f < 2"),
    *("d in (0.25, 1.25)", "t like 'a%'", "t ilike 'B%'", "t regex 'a.*'", "t = null", "t != null"),
    *("limb.number > 0", "limb.name = 'arm' and i > 0", "limb = null", "limb != null"),
    *("limbs[any].name = 'leg'", "limbs[any].number in (0, 2)", "limbs[any].name = null"),
    *("is[any] = 7", "is[any] > 1", "is[0] = 0", "ts[any] = 'x'", "ts[any] = null", "is = null"),
    *("limbs[any].marks[any] = 0", "limbs[0].marks[0] = 0", "zs[any] = true", "cs[any] = 'q'"),
    *("ds[any] > 1.5", "bs[any] = 2", "limbs = null", "limbs[any] = null", "limbs[any] != null"),
    *("i = '1000'", "c > 'a'", "z = 'true'", "f = '0.5'", "nix = 1", "nix = null", "nix != 1"),
    *("limb > 1", "is > 1", "limbs = 1", "is[any] like '7'", "limb like 'x'", "i + 1 = 2"),
    *(
        "__key > 0 and i > 0",
        "i = b",
        "is[any] != 7",
        "not is[any] = 7",
        "limb.number between 0 and 1",
    ),
)
keys(
    "BODIES",
    p.instance_of("com.hazelcast.nio.serialization.Portable"),
    p.instance_of("java.lang.Object"),
    p.in_("limb.name", "arm", "leg"),
    p.equal("limb", 5),
    p.not_equal("limb.name", "arm"),
)
for _make in (
    *(agg.count, agg.distinct, agg.double_avg, agg.double_sum, agg.fixed_point_sum, agg.int_avg),
    *(agg.floating_point_sum, agg.int_sum, agg.long_avg, agg.long_sum, agg.max_, agg.min_),
    *(agg.number_avg, agg.max_by, agg.min_by),
):
    for _path in (
        *("b", "z", "c", "s", "i", "l", "f", "d", "t", "limb", "limb.number", "is[any]", "is[0]"),
        *("limbs[any].number", "ts[any]", "limbs", "is", "nix", "limbs[any]"),
    ):
        _add(
            "BODIES",
            f"{_make.__name__}({_path})",
            lambda m, make=_make, path=_path: m.aggregate(make(path)),
        )
_add("BODIES", "all values", lambda m: m.values(p.true()))
_add("BODIES", "all entries", lambda m: m.entry_set(p.sql("i > 0")))
_add("BODIES", "many", lambda m: m.project(proj.multi_attribute("i", "limb.name", "is[0]")))
_add("BODIES", "many any", lambda m: m.project(proj.multi_attribute("i", "is[any]")))
_add("BODIES", "identity", lambda m: m.project(proj.identity()))
_add("BODIES", "distinct()", lambda m: m.aggregate(agg.distinct()))
_add("BODIES", "max_()", lambda m: m.aggregate(agg.max_()))
_add("BODIES", "pages of keys", lambda m: m.key_set(p.paging(p.sql("limb.number >= 0"), 2)))
_add("BODIES", "contains", lambda m: m.contains_value(BODIES[1]))

_NEW_PATHS = ("price", "hour", "day", "moment", "instant", "prices", "days", "prices[0]")
for _path in (*_NEW_PATHS, "prices[any]", "days[any]", "days[0]", "prices[9]"):
    _add("MODERN", f"project {_path}", lambda m, path=_path: m.project(proj.single_attribute(path)))
    _add("MODERN", f"{_path} = null", lambda m, path=_path: m.key_set(p.equal(path, None)))
for _name in ("price", "hour", "day", "moment", "instant"):
    for _make in (agg.max_, agg.distinct, agg.count, agg.fixed_point_sum):
        _add(
            "MODERN",
            f"{_make.__name__}({_name})",
            lambda m, make=_make, path=_name: m.aggregate(make(path)),
        )
where("MODERN", "price > 1", "price = 1.5", "prices[any] > 2", "day > '2024-01-01'", "hour > 'x'")
where("MODERN", "price = '1.5'", "day = '2024-02-29'", "instant != null", "price > 1 or day = null")
keys("MODERN", p.equal("day", _NOON.date()), p.greater("hour", dt.time(1)))
keys("MODERN", p.equal("price", D("1.5")), p.less("instant", _NOON.replace(tzinfo=dt.UTC)))

where("VERSIONS", "i = 5", "i > 5", "only = 'x'", "only = null", "only != null", "i in (5, 7)")
for _path in ("i", "only"):
    for _make in (agg.count, agg.max_, agg.fixed_point_sum, agg.distinct):
        _add(
            "VERSIONS",
            f"{_make.__name__}({_path})",
            lambda m, make=_make, path=_path: m.aggregate(make(path)),
        )
    _add(
        "VERSIONS", f"project {_path}", lambda m, path=_path: m.project(proj.single_attribute(path))
    )

where("KEYS", "__key.id = 1", "__key.name = null", "__key.id > 0", "__key.nix = 1", "__key = 1")
where("KEYS", "this = 10", "__key.name = 'one' and this > 5", "id = 1", "__key# = 1")
_add("KEYS", "project", lambda m: m.project(proj.single_attribute("__key.name")))
_add("KEYS", "max", lambda m: m.aggregate(agg.max_("__key.id")))
_add("KEYS", "max_by", lambda m: m.aggregate(agg.max_by("__key.id")))
_add("KEYS", "get", lambda m: m.get(Key(id=1, name="one")))

where("MIXED", "name = 'arm'", "id = 1", "this = 5", "number = 1", "__key > 0")
where("NESTED", "this = 1", "name = 'arm'")

_add("INDEXED", "index i", lambda m: m.add_index(attributes=["i"]))
_add("INDEXED", "index limb.name", lambda m: m.add_index(attributes=["limb.name"], index_type=1))
_add("INDEXED", "index is[any]", lambda m: m.add_index(attributes=["is[any]"], index_type=1))
_add("INDEXED", "index nix", lambda m: m.add_index(attributes=["nix"]))
_add("INDEXED", "index two", lambda m: m.add_index(attributes=["t", "s"]))
_add("INDEXED", "index limb", lambda m: m.add_index(attributes=["limb"]))
where(
    "INDEXED",
    "i = 1000",
    "i > 0",
    "limb.name = 'arm'",
    "is[any] = 7",
    "nix = null",
    "i in (0, 2000)",
)
where("INDEXED", "t = 'ann' and s = 0", "limb = null", "is[any] = null", "limb.name = null")


def _service_definitions() -> list[Any]:
    limb = ClassDefinitionBuilder(1, 1, 0)
    for kind, name in INNER:
        getattr(limb, f"add_{kind}_field")(name)
    inner = limb.build()
    body = ClassDefinitionBuilder(1, 2, 0)
    for kind, name in Body.shape:
        more = (inner,) if kind.startswith("portable") else ()
        getattr(body, f"add_{kind}_field")(name, *more)
    return [inner, body.build()]


def answers(cluster: Any, run: str, **options: Any) -> list[tuple[str, Any]]:
    """What a cluster answers to all cases."""
    client = hazelcast.HazelcastClient(
        cluster_name=cluster.cluster_name,
        cluster_members=cluster.addresses,
        class_definitions=_service_definitions(),
        portable_factories={1: {1: Limb, 2: Body, 3: Modern, 4: New, 5: Key}},
        **options,
    )
    found = []
    try:
        for name, entries in DATA.items():
            there = client.get_map(f"{run}-{name}").blocking()
            for key, value in entries.items():
                there.set(key, value)
        for label, data, ask in CASES:
            there = client.get_map(f"{run}-{data}").blocking()
            try:
                found.append((label, plain(ask(there))))
            except Exception as error:  # noqa: BLE001 - any error is an answer
                found.append((label, _plain_error(error)))
    finally:
        client.shutdown()
    return found


def load() -> list[Any]:
    """What a real member answered, when it was asked last."""
    return json.loads(RECORDED.read_text(encoding="utf-8"))


def record(found: list[tuple[str, Any]]) -> None:
    """Keep what a real member answered."""
    lines = [json.dumps(each, ensure_ascii=False) for each in found]
    RECORDED.write_text("[\n" + ",\n".join(lines) + "\n]\n", encoding="utf-8")
