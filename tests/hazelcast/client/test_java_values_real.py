# SPDX-License-Identifier: Apache-2.0
"""Values that Java makes on real members, read here; and ours, as Java sees them there."""

from __future__ import annotations

from array import array
from collections import OrderedDict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import pytest

from gridwire.hazelcast import HazelcastClient
from gridwire.hazelcast.config import IntType
from gridwire.hazelcast.core import HazelcastJsonValue, MapEntry
from gridwire.hazelcast.errors import HazelcastSerializationError
from gridwire.hazelcast.serialization.api import IdentifiedDataSerializable
from gridwire.hazelcast.serialization.unknown import UnknownObject
from gridwire.testing.real import RealCluster, member_jar
from support.java import compile_java
from support.real_members import note_version

pytestmark = pytest.mark.real_member

FACTORY = 67
SOURCE = Path(__file__).parent / "java" / "Values.java"
CONFIG = f"""
  <serialization>
    <use-native-byte-order>false</use-native-byte-order>
    <byte-order>%s</byte-order>
    <data-serializable-factories>
      <data-serializable-factory factory-id="{FACTORY}">
        gridwire.client.Values
      </data-serializable-factory>
    </data-serializable-factories>
  </serialization>
"""


class Make(IdentifiedDataSerializable):
    """Makes the value of a name; what members read as a class of theirs."""

    ID = 1

    def __init__(self, name: str = "") -> None:
        self.name = name

    def get_factory_id(self) -> int:
        return FACTORY

    def get_class_id(self) -> int:
        return self.ID

    def write_data(self, object_data_output: Any) -> None:
        object_data_output.write_string(self.name)


class Describe(Make):
    """Says what Java sees."""

    ID = 2


@pytest.fixture(scope="module", params=["BIG_ENDIAN", "LITTLE_ENDIAN"])
def members(real_version: str, tmp_path_factory, request) -> Iterator[RealCluster]:
    """Members that have the classes, in both byte orders."""
    folder = compile_java(SOURCE, member_jar(real_version), tmp_path_factory.mktemp("values"))
    config = CONFIG % request.param
    with RealCluster(real_version, classpath=[folder], extra_config=config) as cluster:
        cluster.is_big_endian = request.param == "BIG_ENDIAN"
        note_version(request.config, real_version)
        yield cluster


@contextmanager
def connected(members: Any, **options: Any) -> Iterator[Any]:
    """The map of a client with options."""
    client = HazelcastClient(
        cluster_name=members.cluster_name,
        cluster_members=members.addresses,
        is_big_endian=members.is_big_endian,
        **options,
    )
    try:
        yield client.get_map("values").blocking()
    finally:
        client.shutdown()


@pytest.fixture(scope="module")
def values(members) -> Iterator[Any]:
    """The map of a client."""
    with connected(members) as made:
        yield made


BAC = ["b", "a", "c"]
MADE = {
    "byte": -3,
    "char": "\uff21",
    "short": -300,
    "long": -5_000_000_000,
    "float": 1.5,
    "double": -0.1,
    "big integer": 1 << 100,
    "big decimal": Decimal("-1.25"),
    "class": "java.lang.String",
    "date": datetime(1969, 12, 31, 23, 59, 59, 999000, UTC),
    "local date": date(2024, 2, 29),
    "local time": time(23, 59, 58, 123456),
    "local date time": datetime(2024, 2, 29, 1, 2, 3, 4),  # noqa: DTZ001
    "offset date time": datetime(2024, 7, 1, 12, 0, 0, 1, timezone(timedelta(hours=5, minutes=30))),
    "entry": MapEntry("k", 1),
    "immutable entry": MapEntry("k", None),
    "optional": "x",
    "empty optional": None,
    "byte buffer": b"\1\2\xff",
    "boolean[]": [True, False],
    "char[]": ["a", "é"],
    "short[]": [1, -2],
    "int[]": [1, -2],
    "long[]": [1, -2],
    "float[]": [0.5],
    "double[]": [0.1],
    "String[]": ["a", None],
    "Object[]": [1, None, [5]],
    "LinkedList": BAC,
    "CopyOnWriteArrayList": BAC,
    "HashMap": {"a": 1, "b": 2},
    "ConcurrentSkipListMap": {"a": 1, "b": 2},
    "ConcurrentHashMap": {"a": 1, "b": 2},
    "LinkedHashMap": OrderedDict(b=2, a=1),
    "TreeMap": {"a": 1, "b": 2},
    "TreeMap reversed": {"b": 2, "a": 1},
    "HashSet": {*BAC},
    "TreeSet": {*BAC},
    "LinkedHashSet": {*BAC},
    "CopyOnWriteArraySet": {*BAC},
    "ConcurrentSkipListSet": {*BAC},
    "ArrayDeque": deque(BAC),
    "LinkedBlockingQueue": BAC,
    "ArrayBlockingQueue": BAC,
    "PriorityBlockingQueue": sorted(BAC),
    "DelayQueue": [],
    "SynchronousQueue": [],
    "LinkedTransferQueue": BAC,
    "PriorityQueue": sorted(BAC),
}
# Members of version 4.2 hand these to java.io.Serializable.
NOT_IN_4 = {"local date", "local time", "local date time", "offset date time"}


@pytest.mark.parametrize("name", MADE)
def test_what_java_makes(values, real_version, name) -> None:
    if name == "byte buffer" and real_version != "5.7.0":
        with pytest.raises(HazelcastSerializationError, match="HeapByteBuffer"):
            values.execute_on_key(name, Make(name))
        return
    given, stored = values.execute_on_key(name, Make(name)), values.get(name)
    for found in (given, stored):
        if real_version.startswith("4.") and type(found) is UnknownObject:
            assert name in NOT_IN_4 | {"optional", "empty optional"}
            assert found.java_class.startswith("java.")
            continue
        assert found == MADE[name]
        assert type(found) is type(MADE[name])
        if isinstance(found, dict):
            assert list(found) == list(MADE[name])


@pytest.mark.parametrize(
    ("name", "java_class", "constant", "seen"),
    [
        (
            "enum",
            "gridwire.client.Values$Color",
            "GREEN",
            "gridwire.client.Values$Color:GREEN",
        ),
        ("plain", "gridwire.client.Values$Plain", None, "gridwire.client.Values$Plain:plain"),
        ("locale", "java.util.Locale", None, "java.util.Locale:en"),
    ],
)
def test_what_only_java_reads(values, name, java_class, constant, seen) -> None:
    values.execute_on_key(name, Make(name))
    found = values.get(name)
    assert type(found) is UnknownObject
    assert (found.java_class, found.java_constant) == (java_class, constant)
    assert java_class in found.reason
    values.put(f"copy of {name}", found)
    assert values.execute_on_key(f"copy of {name}", Describe()) == seen
    assert values.contains_value(found)
    assert values.replace_if_same(name, found, "new")
    values.put(found, "as a key")
    assert values.get(found) == "as a key"
    values.remove(found)
    # Its bytes have no positions: it may be moved into a list.
    values.put(f"copy of {name}", [found])
    text = f"java.util.ArrayList[{seen}]"
    assert values.execute_on_key(f"copy of {name}", Describe()) == text


def test_what_only_java_reads_inside_of_containers(values) -> None:
    for name in ("enums", "plain in a list", "locale in a map"):
        values.execute_on_key(name, Make(name))
    seconds, one, red = values.get("enums")
    assert (seconds.java_class, seconds.java_constant) == (
        "java.util.concurrent.TimeUnit",
        "SECONDS",
    )
    assert (one, red.java_constant) == (1, "RED")
    plain, five = values.get("plain in a list")
    assert (plain.java_class, five) == ("gridwire.client.Values$Plain", 5)
    whole = values.get("locale in a map")
    assert type(whole) is UnknownObject
    assert "java.util.Locale" in whole.reason
    values.put("copy", whole)
    seen = "java.util.HashMap[java.lang.String:k=java.util.Locale:en]"
    assert values.execute_on_key("copy", Describe()) == seen


TEXT, INTEGER = "java.lang.String", "java.lang.Integer"
WRITTEN = [
    (True, "java.lang.Boolean:true"),
    (5, "java.lang.Integer:5"),
    (1.5, "java.lang.Double:1.5"),
    ("é", "java.lang.String:é"),
    (
        UUID("00112233-4455-6677-8899-aabbccddeeff"),
        "java.util.UUID:00112233-4455-6677-8899-aabbccddeeff",
    ),
    (Decimal("-1.25"), "java.math.BigDecimal:-1.25"),
    (HazelcastJsonValue('{"a":1}'), 'com.hazelcast.core.HazelcastJsonValue:{"a":1}'),
    (b"\0\xff", "[B[0, -1]"),
    ([1, "a", None], "java.util.ArrayList[java.lang.Integer:1, java.lang.String:a, null]"),
    ((), "java.util.ArrayList[]"),
    ({"b": 1, "a": 2}, f"java.util.HashMap[{TEXT}:a={INTEGER}:2, {TEXT}:b={INTEGER}:1]"),
    (
        OrderedDict(b=1, a=2),
        f"java.util.LinkedHashMap[{TEXT}:b={INTEGER}:1, {TEXT}:a={INTEGER}:2]",
    ),
    ({"b", "a"}, "java.util.HashSet[java.lang.String:a, java.lang.String:b]"),
    (deque(["b", "a"]), "java.util.ArrayDeque[java.lang.String:b, java.lang.String:a]"),
    (MapEntry("k", 1), "java.util.AbstractMap$SimpleEntry:k=1"),
    (array("h", [1, -2]), "[S[1, -2]"),
    (array("i", [1, -2]), "[I[1, -2]"),
    (array("q", [1, -2]), "[J[1, -2]"),
    (array("f", [0.5]), "[F[0.5]"),
    (array("d", [0.1]), "[D[0.1]"),
    (np.array([True, False]), "[Z[true, false]"),
    (np.array([1, -2], "i1"), "[B[1, -2]"),
    (np.array([1, -2, 3], ">i2")[::2], "[S[1, 3]"),
    (np.array([1, -2], "<i4"), "[I[1, -2]"),
    (np.array([1, -2], ">i8"), "[J[1, -2]"),
    (np.array([0.5], "f4"), "[F[0.5]"),
    (np.array([0.1]), "[D[0.1]"),
    (np.int64(5), "java.lang.Integer:5"),
    (np.float32(0.5), "java.lang.Double:0.5"),
]
WRITTEN_FROM_5_ON = [
    (date(2024, 2, 29), "java.time.LocalDate:2024-02-29"),
    (time(23, 59, 58, 4), "java.time.LocalTime:23:59:58.000004"),
    (datetime(2024, 2, 29, 1, 2, 3), "java.time.LocalDateTime:2024-02-29T01:02:03"),  # noqa: DTZ001
    (
        datetime(2024, 7, 1, 12, tzinfo=timezone(timedelta(hours=5, minutes=30))),
        "java.time.OffsetDateTime:2024-07-01T12:00+05:30",
    ),
]


def test_what_java_sees(values, real_version) -> None:
    more = [] if real_version.startswith("4.") else WRITTEN_FROM_5_ON
    for value, seen in WRITTEN + more:
        values.put("ours", value)
        assert values.execute_on_key("ours", Describe()) == seen
        values.put("ours", [value])
        assert values.execute_on_key("ours", Describe()) == f"java.util.ArrayList[{seen}]"


@pytest.mark.parametrize("int_type", IntType)
def test_ints_of_every_type(members, int_type) -> None:
    name = {1: "Byte", 2: "Short", 3: "Integer", 4: "Long", 5: "BigInteger"}
    sizes = {0: (1, 1 << 10, 1 << 20, 1 << 40, 1 << 80)}.get(int_type, (1,) * 5)
    with connected(members, default_int_type=int_type) as numbers:
        for value, smallest in zip(sizes, range(1, 6), strict=True):
            for signed in (value, -value):
                numbers.put("number", signed)
                kind = name[int_type or smallest]
                package = "java.math" if kind == "BigInteger" else "java.lang"
                seen = numbers.execute_on_key("number", Describe())
                assert seen == f"{package}.{kind}:{signed}"
                assert numbers.get("number") == signed
