# SPDX-License-Identifier: Apache-2.0
"""Java classes on real members read Portables of ours, change them, and we read what they wrote."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from gridwire.hazelcast.serialization.api import IdentifiedDataSerializable, Portable
from gridwire.testing.real import RealCluster, member_jar
from support.java import compile_java
from support.portables import record_class
from support.real_members import note_version

pytestmark = pytest.mark.real_member

SOURCE = Path(__file__).parent / "java" / "Portables.java"
CONFIG = """
  <serialization>
    <use-native-byte-order>false</use-native-byte-order>
    <byte-order>%s</byte-order>
    <data-serializable-factories>
      <data-serializable-factory factory-id="69">
        gridwire.client.Portables
      </data-serializable-factory>
    </data-serializable-factories>
    <portable-factories>
      <portable-factory factory-id="68">gridwire.client.Portables$Factory</portable-factory>
    </portable-factories>
  </serialization>
"""
Record = record_class(Portable)


class _Ours(Record):
    def get_factory_id(self):
        return 68


class Part(_Ours):
    def __init__(self, fields=None):
        super().__init__(fields, 1)


class Whole(_Ours):
    with_raw = True

    def __init__(self, fields=None, raw=None):
        super().__init__(fields, 2, None, raw)


class Earlier(_Ours):
    """Version 1 of a class that Java has in version 3: no text, and a smaller number."""

    def __init__(self, fields=None):
        super().__init__(fields, 3, 1)

    def read_portable(self, reader):
        version = reader.get_version()
        if version == 1:
            self.found = (version, reader.read_int("number"), None)
        else:
            self.found = (version, reader.read_long("number"), reader.read_string("added"))


class Change(IdentifiedDataSerializable):
    def get_factory_id(self):
        return 69

    def get_class_id(self):
        return 1

    def write_data(self, object_data_output):
        pass


FACTORIES: Any = {68: {1: Part, 2: Whole, 3: Earlier}}


@pytest.fixture(scope="module", params=["BIG_ENDIAN", "LITTLE_ENDIAN"])
def members(real_version: str, tmp_path_factory, request) -> Iterator[RealCluster]:
    """Members that have the classes, in both byte orders."""
    folder = compile_java(SOURCE, member_jar(real_version), tmp_path_factory.mktemp("portables"))
    config = CONFIG % request.param
    with RealCluster(real_version, classpath=[folder], extra_config=config) as cluster:
        cluster.is_big_endian = request.param == "BIG_ENDIAN"
        note_version(request.config, real_version)
        yield cluster


def part(name: str, number: int) -> Part:
    return Part([("string", "näme", name), ("int", "number", number)])


DAY = date(2024, 2, 28)
HOUR = time(22, 58, 1, 123456)
MOMENT = datetime.combine(DAY, HOUR)


def whole(changed: int, mark: str) -> Whole:
    """An object, or what Java makes of it."""
    later = timedelta(minutes=changed)
    fields = [
        ("byte", "b", 5 + changed),
        ("boolean", "z", not changed),
        ("char", "c", chr(0x9000 + changed)),
        ("short", "s", -2),
        ("long", "l", (1 << 40) + changed),
        ("float", "f", 1.5 + changed),
        ("double", "d", 0.25 + changed),
        ("long_array", "ls", [1, -(1 << 40)]),
        ("string_array", "ts", ["ä", None]),
        ("decimal", "price", Decimal("12.345") + changed),
        ("date", "day", DAY + timedelta(days=changed)),
        ("time", "hour", (MOMENT + later).time()),
        ("timestamp", "moment", MOMENT.replace(year=2024 + changed)),
        (
            "timestamp_with_timezone",
            "instant",
            MOMENT.replace(tzinfo=UTC) + timedelta(hours=changed),
        ),
        ("decimal_array", "prices", [Decimal(1), Decimal("-0.5")]),
        ("portable", "part", part("p", 7 + changed)),
        ("portable_array", "parts", [part("one" + mark, 1), part("two" + mark, 2)]),
    ]
    return Whole(fields, "raw" + mark)


def test_java_reads_ours_and_we_read_java(styles, members) -> None:
    client = styles.client(
        members, portable_factories=FACTORIES, is_big_endian=members.is_big_endian
    )
    there = client.map("java")
    styles.call(there.set, 1, whole(0, ""))
    assert styles.call(there.execute_on_key, 1, Change()) == part("p", 8)
    assert styles.call(there.get, 1) == whole(1, "!")
    # The bytes are those of Java, so that a comparison on the member finds them equal.
    assert styles.call(there.contains_value, whole(1, "!"))
    styles.call(there.set, 2, Earlier([("int", "number", 5)]))
    assert styles.call(there.get, 2).found == (1, 5, None)
    styles.call(there.execute_on_key, 2, Change())
    assert styles.call(there.get, 2).found == (3, 5 + (1 << 40), "by Java")
