# SPDX-License-Identifier: Apache-2.0
"""Portables: whole bytes, every type of field, and what cannot be written."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from tests.support.portables import FIELDS, KINDS, record_class

from gridwire.hazelcast.errors import HazelcastSerializationError, InvalidConfigurationError
from gridwire.hazelcast.serialization.api import (
    IdentifiedDataSerializable,
    Portable,
    PortableReader,
    PortableWriter,
    StreamSerializer,
)
from gridwire.hazelcast.serialization.limits import Limits
from gridwire.hazelcast.serialization.portable.classdef import (
    ClassDefinition,
    ClassDefinitionBuilder,
    FieldDefinition,
    FieldType,
)
from gridwire.hazelcast.serialization.service import SerializationService
from gridwire.hazelcast.serialization.unknown import UnknownObject

Record = record_class(Portable)


@dataclass
class Node(Portable):
    """A person: a list, if one knows the next."""

    name: str | None = None
    next: Node | None = None
    others: list[Node] = field(default_factory=list)

    def get_factory_id(self):
        return 1

    def get_class_id(self):
        return 2

    def write_portable(self, writer):
        writer.write_string("name", self.name)
        if self.next is None:
            writer.write_null_portable("next", 1, 2)
        else:
            writer.write_portable("next", self.next)
        writer.write_portable_array("others", self.others)

    def read_portable(self, reader):
        self.name = reader.read_utf("name")
        self.next = reader.read_portable("next")
        self.others = reader.read_portable_array("others")


NODE = (
    ClassDefinitionBuilder(1, 2)
    .add_utf_field("name")
    .add_portable_field("next", ClassDefinition(1, 2, 0))
    .add_portable_array_field("others", ClassDefinition(1, 2, 0))
    .build()
)
NODES = SerializationService(portable_factories={1: {2: Node}}, class_definitions=[NODE])


def service(**options):
    return SerializationService(portable_factories={1: {1: Record}}, **options)


def written(*fields, **options):
    return service(**options).to_data(Record(list(fields)))


def read(data, **options):
    return service(**options).to_object(data)


# -- whole bytes ----------------------------------------------------------------------------------

HEAD = "00000000 ffffffff 00000001 00000001 00000000"


@pytest.mark.parametrize(
    ("fields", "raw", "expected"),
    [
        ([], None, "00000020 00000000 00000000"),
        ([("int", "n", 7)], None, "0000002c 00000001 00000024 00000000 0001 6e 05 00000007"),
        ([("boolean", "n", True)], None, "00000029 00000001 00000024 00000000 0001 6e 02 01"),
        ([], "a", "00000025 00000000 00000020 00000001 61"),
        (
            [("string", "s", None), ("short", "t", -2)],
            None,
            "00000036 00000002 00000028 00000030 00000000 0001 73 09 ffffffff 0001 74 04 fffe",
        ),
        (
            [("decimal", "d", Decimal("-1.25"))],
            None,
            "00000032 00000001 00000024 00000000 0001 64 14 00 00000001 83 00000002",
        ),
        ([("date", "d", None)], None, "00000029 00000001 00000024 00000000 0001 64 18 01"),
        (
            [("date_array", "d", [date(2026, 2, 28)])],
            None,
            "00000034 00000001 00000024 00000000 0001 64 19 00000001 00000030 07ea 02 1c",
        ),
    ],
)
def test_whole_bytes(fields, raw, expected):
    data = service().to_data(Record(fields, raw=raw))
    assert data == bytes.fromhex(f"{HEAD} {expected}")
    assert read(data).fields == fields


def test_whole_bytes_of_little_endian():
    data = written(("int", "n", 7), is_big_endian=False)
    assert data == bytes.fromhex(
        "00000000 ffffffff 01000000 01000000 00000000 2c000000 01000000 24000000 00000000"
        "0100 6e 05 07000000"
    )


def test_whole_bytes_of_portables_in_fields():
    data = NODES.to_data(Node("a", None, [Node()]))
    assert data == bytes.fromhex(
        "00000000 ffffffff 00000001 00000002 00000000"
        "000000ad 00000003 0000002c 00000038 00000048 00000000"
        "0004 6e616d65 09 00000001 61"
        "0004 6e657874 00 01 00000001 00000002"
        "0006 6f7468657273 0a 00000001 00000001 00000002 00000061"
        "00000000 000000ad 00000003 0000007d 00000088 00000098 00000000"
        "0004 6e616d65 09 ffffffff"
        "0004 6e657874 00 01 00000001 00000002"
        "0006 6f7468657273 0a 00000000 00000001 00000002"
    )
    assert NODES.to_object(data) == Node("a", None, [Node()])


# -- every type -----------------------------------------------------------------------------------


def test_every_type_has_a_value_here():
    kinds = {*FIELDS, *(f"{kind}_array" for kind in FIELDS)}
    assert kinds == set(KINDS) - {"portable", "portable_array"}


@pytest.mark.parametrize("big", [True, False])
@pytest.mark.parametrize("kind", FIELDS)
def test_every_type(kind, big):
    single, array = FIELDS[kind]
    fields = [(kind, "one", single), (f"{kind}_array", "many", array)]
    found = read(written(*fields, is_big_endian=big), is_big_endian=big)
    assert found.fields == fields
    assert [type(value) for *_, value in found.fields] == [type(single), type(array)]


NULLABLE = ["string", "decimal", "time", "date", "timestamp", "timestamp_with_timezone"]


@pytest.mark.parametrize("kind", [*NULLABLE, *(f"{kind}_array" for kind in FIELDS)])
def test_nulls(kind):
    assert read(written((kind, "f", None))).fields == [(kind, "f", None)]


@pytest.mark.parametrize("kind", sorted(set(FIELDS) - {"string"}))
def test_items_are_never_null(kind):
    with pytest.raises(HazelcastSerializationError) as caught:
        written((f"{kind}_array", "f", [None]))
    assert any("field 'f'" in note for note in caught.value.__notes__)


@pytest.mark.parametrize("kind", sorted(FIELDS))
def test_a_wrong_value_is_refused_and_nothing_of_it_stays(kind):
    class Patient(Record):
        def write_portable(self, writer):
            for wrong in (object(), [object()]):
                with pytest.raises(HazelcastSerializationError) as caught:
                    getattr(writer, f"write_{kind}")("f", wrong)
                assert "It happened in the field 'f'" in caught.value.__notes__
            super().write_portable(writer)

    class First(Record):
        pass

    fields = [(kind, "f", FIELDS[kind][0])]
    mine = service()
    right = mine.to_data(First(fields))
    assert mine.to_data(Patient(fields)) == right


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("byte", 256),
        ("boolean", "false"),
        ("boolean", None),
        ("boolean_array", ["false"]),
        ("int_array", {1, 2}),
        ("long_array", {1: 2}),
        ("decimal_array", {Decimal(1): 2}),
        ("string_array", "abc"),
        ("string_array", {"a", "b"}),
        ("short", 1 << 15),
        ("int", 1 << 31),
        ("long", 1 << 63),
        ("float", 1e300),
        ("char", "ab"),
        ("date", datetime.combine(date.min, time.min)),
        ("time", time(1, tzinfo=UTC)),
        ("timestamp", datetime(2026, 1, 1, tzinfo=UTC)),
        ("timestamp_with_timezone", datetime.combine(date.min, time.min)),
        ("decimal", Decimal("NaN")),
        ("string", "\ud800"),
    ],
)
def test_what_a_type_cannot_hold(kind, value):
    with pytest.raises(HazelcastSerializationError):
        written((kind, "f", value))


def test_bytes_above_127_are_taken_as_java_has_them():
    assert read(written(("byte", "b", 255))).fields == [("byte", "b", -1)]


def test_a_zone_of_zoneinfo_keeps_the_instant():
    moment = datetime(2026, 7, 1, 12, tzinfo=ZoneInfo("Europe/Berlin"))
    [(_, _, found)] = read(written(("timestamp_with_timezone", "t", moment))).fields
    assert found == moment
    assert found.utcoffset() == timedelta(hours=2)


def test_names_may_have_the_first_256_characters():
    fields = [("int", "größe", 1), ("int", "", 2)]
    data = written(*fields)
    assert b"gr\xf6\xdfe\x05" in data
    assert read(data).fields == fields
    for name in ("größe€", "x" * 32768):
        with pytest.raises(HazelcastSerializationError, match="name"):
            written(("int", name, 1))


# -- Portables in fields --------------------------------------------------------------------------


def test_portables_in_fields():
    tree = Node("a", Node("b", None, []), [Node(str(i), None, []) for i in range(3)])
    assert NODES.to_object(NODES.to_data(tree)) == tree
    assert NODES.to_object(NODES.to_data([tree, 1])) == [tree, 1]


def test_depth_is_limited_in_both_directions():
    def chain(length):
        node = None
        for _ in range(length):
            node = Node(None, node, [])
        return node

    data = NODES.to_data(chain(100))
    assert NODES.to_object(data) == chain(100)
    with pytest.raises(HazelcastSerializationError, match="nested deeper than 128") as caught:
        NODES.to_data(chain(129))
    assert len(caught.value.__notes__) < 10
    deeper = SerializationService(
        portable_factories={1: {2: Node}},
        class_definitions=[NODE],
        limits=Limits(nesting_depth=130),
    )
    data = deeper.to_data(chain(129))
    with pytest.raises(HazelcastSerializationError, match="nested deeper than 128"):
        NODES.to_object(data)
    loop = Node("a", None, [])
    loop.next = loop
    with pytest.raises(HazelcastSerializationError, match="nested deeper"):
        NODES.to_data(loop)


class Other(Node):
    def get_class_id(self):
        return 3


@pytest.mark.parametrize("fields", [{"next": Other()}, {"others": [Node(), Other()]}])
def test_a_field_holds_one_class(fields):
    with pytest.raises(HazelcastSerializationError, match="for a Portable of factory 1, class 2"):
        NODES.to_data(Node(**fields))


@pytest.mark.parametrize("fields", [{"next": 5}, {"others": [None]}, {"others": [5]}])
def test_a_field_holds_portables(fields):
    with pytest.raises(HazelcastSerializationError, match="no Portable"):
        NODES.to_data(Node(**fields))


class NullOfAnother(Node):
    def write_portable(self, writer):
        writer.write_string("name", None)
        writer.write_null_portable("next", 1, 3)
        writer.write_portable_array("others", None)


def test_a_null_is_of_the_class_of_the_field():
    with pytest.raises(HazelcastSerializationError, match="factory 1, class 3"):
        NODES.to_data(NullOfAnother())


@pytest.mark.parametrize("fields", [[("portable", "p", None)], [("portable_array", "p", [])]])
def test_nulls_without_a_definition_say_what_to_do(fields):
    with pytest.raises(HazelcastSerializationError, match="field 'p' is not known") as caught:
        written(*fields)
    assert "class_definitions" in caught.value.hint


# -- the same fields for all objects --------------------------------------------------------------


@pytest.mark.parametrize(
    ("second", "message"),
    [
        ([], "left out these fields of factory 1, class 1, version 0: 'a'"),
        ([("int", "a", 1), ("int", "b", 1)], "has no field 'b'"),
        ([("long", "a", 1)], "'a' of factory 1, class 1, version 0 is of type INT and was written"),
        ([("string", "a", "x")], "of type INT and was written as STRING"),
        (
            [("int", "a", 1), ("int", "a", 1)],
            "'a' of factory 1, class 1, version 0 was written a s",
        ),
    ],
)
def test_objects_of_one_class_have_the_same_fields(second, message):
    mine = service()
    mine.to_data(Record([("int", "a", 1)]))
    with pytest.raises(HazelcastSerializationError, match=re.escape(message)):
        mine.to_data(Record(second))
    assert mine.to_object(mine.to_data(Record([("int", "a", 2)]))).fields == [("int", "a", 2)]


def test_a_field_twice_in_the_first_object():
    with pytest.raises(HazelcastSerializationError, match="two fields 'a'"):
        written(("int", "a", 1), ("int", "a", 1))


class RawFirst(Record):
    def write_portable(self, writer):
        writer.write_int("a", 1)
        raw = writer.get_raw_data_output()
        raw.write_object([1, Record([])])
        assert writer.get_raw_data_output() is raw or raw.to_byte_array() == b""
        writer.write_int("b", 2)


def test_no_fields_after_the_raw_section():
    with pytest.raises(HazelcastSerializationError, match="left out"):
        service().to_data(RawFirst())


class RawObject(Record):
    def write_portable(self, writer):
        writer.write_int("a", 1)
        raw = writer.get_raw_data_output()
        raw.write_object([NODES and Record([("int", "x", 5)], 1), "t"])

    def get_class_id(self):
        return 9

    def read_portable(self, reader):
        raw = reader.get_raw_data_input()
        assert reader.get_raw_data_input() is raw
        self.found = raw.read_object()
        with pytest.raises(HazelcastSerializationError, match="ends in the middle"):
            raw.read_byte()
        with pytest.raises(HazelcastSerializationError, match="after the raw section"):
            reader.read_int("a")
        assert reader.has_field("a")
        with pytest.raises(HazelcastSerializationError, match="after the raw section"):
            reader.read_int("a")


def test_objects_in_the_raw_section():
    mine = SerializationService(portable_factories={1: {1: Record, 9: RawObject}})
    data = mine.to_data([RawObject(), 1])
    found, one = mine.to_object(data)
    assert found.found == [Record([("int", "x", 5)]), "t"]
    assert one == 1


def test_a_missing_raw_section_is_told():
    class Asks(Record):
        with_raw = True

    mine = SerializationService(portable_factories={1: {1: Asks}})
    with pytest.raises(HazelcastSerializationError, match="no raw section"):
        mine.to_object(mine.to_data(Asks([])))


# -- the reader -----------------------------------------------------------------------------------


class Asking(Node):
    def get_class_id(self):
        return 4

    def read_portable(self, reader):
        assert isinstance(reader, PortableReader)
        assert reader.get_version() == 0
        assert reader.has_field("name")
        assert not reader.has_field("nam")
        assert reader.get_field_names() == ["name", "next", "others"]
        assert reader.get_field_type("next") is FieldType.PORTABLE
        assert [reader.get_field_class_id(name) for name in ("name", "next", "others")] == [0, 2, 2]
        for ask in (reader.get_field_type, reader.get_field_class_id, reader.read_int):
            with pytest.raises(HazelcastSerializationError, match="no field 'nam'"):
                ask("nam")
        with pytest.raises(HazelcastSerializationError, match="STRING and cannot be read as INT"):
            reader.read_int("name")
        with pytest.raises(TypeError):
            reader.read_string_array("name")
        self.path = reader.read_string("next.next.name")
        with pytest.raises(HazelcastSerializationError, match=r"'next' .* is null"):
            reader.read_string("next.next.next.name")
        for path in ("name.x", "others.name", "nix.name", "next.nix", "next."):
            with pytest.raises(HazelcastSerializationError):
                reader.read_string(path)
        self.next = reader.read_portable("next")
        assert self.next == reader.read_portable("next")


def test_what_a_reader_tells():
    asking = Asking("a", Node("b", Node("c", None, []), []), [Node(None, None, [])])
    mine = SerializationService(
        portable_factories={1: {2: Node, 4: Asking}}, class_definitions=[NODE]
    )
    data = mine.to_data(asking)
    for each in (mine, SerializationService(portable_factories={1: {2: Node, 4: Asking}})):
        found = each.to_object(data)
        assert (found.path, found.next) == ("c", asking.next)


def test_an_unknown_class_is_kept_as_it_is():
    data = NODES.to_data([1, Node("a", None, [])])
    found = SerializationService().to_object(data)
    assert isinstance(found, UnknownObject)
    assert "a Portable of factory 1, class 2" in repr(found)
    assert "portable_factories" in found.hint
    assert SerializationService().to_data(found) == data


# -- what a program does wrong --------------------------------------------------------------------


class Bare(Portable):
    def get_factory_id(self):
        return 1

    def get_class_id(self):
        return 5


class Broken(Bare):
    def write_portable(self, writer):
        writer.write_int("a", 1)
        self.seen = getattr(self, "seen", 0) + 1

    def read_portable(self, reader):
        raise KeyError("mine")


def test_missing_and_broken_methods():
    for base in (Portable(), PortableReader(), PortableWriter()):
        for name in [name for name in dir(base) if name.startswith(("read_", "write_", "get_"))]:
            arguments = {"read": 1, "get": 1, "write": 2}[name.split("_")[0]]
            arguments = 3 if name == "write_null_portable" else arguments
            arguments = 1 if isinstance(base, Portable) else arguments
            no_argument = isinstance(base, Portable) or name.startswith("get_")
            if no_argument and name not in {"get_field_type", "get_field_class_id"}:
                arguments = 1 if name in {"write_portable", "read_portable"} else 0
            with pytest.raises(HazelcastSerializationError, match="does not define"):
                getattr(base, name)(*["x"] * arguments)
    mine = SerializationService(portable_factories={1: {5: Broken}})
    with pytest.raises(HazelcastSerializationError, match="Bare does not define write_portable"):
        mine.to_data(Bare())
    broken = Broken()
    data = mine.to_data(broken)
    assert broken.seen == 2
    with pytest.raises(HazelcastSerializationError, match=r"Broken.read_portable raised KeyError"):
        mine.to_object(data)
    broken.write_portable = None
    with pytest.raises(HazelcastSerializationError, match=r"Broken.write_portable raised TypeErro"):
        mine.to_data(broken)


@pytest.mark.parametrize(
    ("method", "value"),
    [
        ("get_class_id", 0),
        ("get_class_id", 1 << 31),
        ("get_factory_id", "1"),
        ("get_factory_id", None),
        ("get_class_version", -1),
        ("get_class_version", None),
    ],
)
def test_impossible_numbers(method, value):
    odd = Broken()
    setattr(odd, method, lambda: value)
    with pytest.raises(HazelcastSerializationError, match="Broken says that it is of factory"):
        service().to_data(odd)


class Both(Record, IdentifiedDataSerializable):
    pass


class RecordSerializer(StreamSerializer):
    def get_type_id(self):
        return 10


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"portable_factories": {1: {0: Record}}}, "class id 0"),
        ({"portable_factories": {1: {1: Both}}}, "IdentifiedDataSerializable, too"),
        ({"custom_serializers": {Record: RecordSerializer}}, "is a Portable and writes itself"),
        ({"class_definitions": [5]}, "no ClassDefinition"),
        ({"class_definitions": [NODE, NODE]}, "two of factory 1, class 2, version 0"),
        ({"class_definitions": [ClassDefinition(1, 0, 0)]}, "class 0, version 0. .* not 0"),
        ({"class_definitions": [ClassDefinition("1", 1, 0)]}, "factory '1', class 1"),
        ({"class_definitions": [ClassDefinition(1, 1 << 31, 0)]}, "class 2147483648"),
        ({"class_definitions": [ClassDefinition(1, 1, None)]}, "version None"),
    ],
)
def test_contradictions_are_found_at_the_start(options, message):
    with pytest.raises(InvalidConfigurationError, match=message):
        SerializationService(**options)


# -- class definitions ----------------------------------------------------------------------------

OUTER = ClassDefinitionBuilder(1, 7).add_portable_field("p", NODE).build()


def test_nested_classes_must_be_declared_unless_told_otherwise():
    with pytest.raises(
        InvalidConfigurationError, match="'p' holds a Portable of factory 1, class 2"
    ):
        SerializationService(class_definitions=[OUTER])
    SerializationService(class_definitions=[OUTER], check_class_definition_errors=False)
    SerializationService(class_definitions=[OUTER, NODE])


def test_versions_of_a_class_may_be_declared_side_by_side():
    later = ClassDefinitionBuilder(1, 1, 2).add_int_field("a").add_int_field("b").build()
    first = ClassDefinitionBuilder(1, 1, -1).add_int_field("a").build()
    mine = service(class_definitions=[later, first], portable_version=1)
    assert len(mine.to_data(Record([("int", "a", 1)]))) == 44
    with pytest.raises(HazelcastSerializationError, match="version 2: 'b'"):
        mine.to_data(Record([("int", "a", 1)], version=2))


@pytest.mark.parametrize(
    "wrong",
    [
        FieldDefinition(1, "a", FieldType.INT, 0),
        FieldDefinition(0, "a", 77, 0),
        FieldDefinition(0, "€", FieldType.INT, 0),
        FieldDefinition(0, 5, FieldType.INT, 0),  # type: ignore[arg-type]
    ],
)
def test_impossible_definitions(wrong):
    definition = ClassDefinition(1, 1, 0)
    definition.add_field_def(wrong)
    with pytest.raises(InvalidConfigurationError, match="class_definitions: "):
        service(class_definitions=[definition])


def test_a_definition_tells_its_fields():
    builder = ClassDefinitionBuilder(3, 4, 5)
    for kind in FIELDS:
        for name in (kind, f"{kind}_array"):
            assert getattr(builder, f"add_{name}_field")(name) is builder
    with pytest.raises(HazelcastSerializationError, match="two fields 'int'"):
        builder.add_long_field("int")
    with pytest.raises(ValueError, match="zero"):
        builder.add_portable_field("p", ClassDefinition(1, 0, 0))
    builder.add_portable_array_field("nodes", NODE).add_utf_field("u").add_utf_array_field("us")
    with pytest.raises(ValueError, match="is not the field"):
        builder.add_field_def(FieldDefinition(3, "x", 1, 0))
    builder.add_field_def(FieldDefinition(31, "x", 1, 0))
    definition = builder.build()
    with pytest.raises(HazelcastSerializationError, match="too late"):
        builder.add_int_field("late")
    assert definition.get_field_count() == len(definition.get_field_names()) == 32
    for kind in FIELDS:
        assert definition.get_field_type(kind) == FieldType[kind.upper()]
        assert definition.get_field_type(f"{kind}_array") == FieldType[f"{kind.upper()}_ARRAY"]
    assert definition.get_field_class_id("nodes") == 2
    assert definition.get_field_class_id("int") == 0
    assert definition.get_field("nodes") is definition.get_field(28)
    assert definition.get_field("nix") is None
    assert definition.has_field("u")
    for wrong in (32, -1):
        with pytest.raises(IndexError):
            definition.get_field(wrong)
    with pytest.raises(ValueError, match="no field 'nix'"):
        definition.get_field_type("nix")
    assert definition == builder.build() != NODE
    assert hash(definition) == hash(builder.build())
    assert "32 fields" in repr(definition)
    assert repr(definition.get_field("nodes")) == "<28: 'nodes' PORTABLE_ARRAY of (1, 2)>"


def test_a_version_is_set_once():
    definition = ClassDefinition(1, 1, -1)
    definition.set_version_if_not_set(3)
    definition.set_version_if_not_set(4)
    assert definition.version == 3


@pytest.mark.parametrize("size", [1, 5000])
@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_data_in_any_memory(kind, size):
    fields = [("string", "s", "x" * size), ("int_array", "i", [1] * size), ("int", "n", 7)]
    data = service().to_data(Record(fields, raw="r" * size))

    class WithRaw(Record):
        with_raw = True

    mine = SerializationService(portable_factories={1: {1: WithRaw}})
    for _ in range(2):
        found = mine.to_object(kind(data))
        assert (found.fields, found.raw) == (fields, "r" * size)


def test_threads_agree_on_the_fields_of_a_class():
    """The first object of a class is written by several threads at once."""
    for _ in range(20):
        mine = service()
        with ThreadPoolExecutor(4) as pool:
            records = [Record([("int", "a", 1), ("string", "b", "x")]) for _ in range(8)]
            assert len(set(pool.map(mine.to_data, records))) == 1


def test_fields_that_were_found_out_meanwhile_are_kept():
    """While the first object is looked at, another one of its class is written: that was first."""
    mine = service()

    class Slow(Record):
        def write_portable(self, writer):
            if not first:
                first.append(mine.to_data(Record([("long", "a", 1)])))
            super().write_portable(writer)

    first: list[bytes] = []
    with pytest.raises(HazelcastSerializationError, match="of type LONG and was written as INT"):
        mine.to_data(Slow([("int", "a", 1)]))
    assert mine.to_data(Record([("long", "a", 1)])) == first[0]
