# SPDX-License-Identifier: Apache-2.0
"""Classes of the program: factories, custom serializers, the global serializer, pickles."""

from __future__ import annotations

import enum
import pickle
import struct
from dataclasses import dataclass

import pytest

from gridwire.hazelcast.errors import HazelcastSerializationError, InvalidConfigurationError
from gridwire.hazelcast.serialization.api import IdentifiedDataSerializable, StreamSerializer
from gridwire.hazelcast.serialization.data import partition_hash
from gridwire.hazelcast.serialization.service import SerializationService
from gridwire.hazelcast.serialization.unknown import UnknownObject


@dataclass
class Employee(IdentifiedDataSerializable):
    name: str = ""
    boss: object = None

    def write_data(self, object_data_output):
        object_data_output.write_string(self.name)
        object_data_output.write_object(self.boss)

    def read_data(self, object_data_input):
        self.name = object_data_input.read_string()
        self.boss = object_data_input.read_object()

    def get_factory_id(self):
        return 7

    def get_class_id(self):
        return 1


class Manager(Employee):
    """A subclass with the same ids: it is written, and read as its base."""


@dataclass(frozen=True)
class Point:
    x: int
    y: int


class Point3(Point):
    pass


class PointSerializer(StreamSerializer):
    def get_type_id(self):
        return 10

    def write(self, out, obj):
        out.write_int(obj.x)
        out.write_int(obj.y)

    def read(self, inp):
        return Point(inp.read_int(), inp.read_int())


class ReprSerializer(StreamSerializer):
    """A global serializer: everything becomes its text."""

    def get_type_id(self):
        return 20

    def write(self, out, obj):
        out.write_string(repr(obj))

    def read(self, inp):
        return inp.read_string()


FACTORIES = {7: {1: Employee}}


@pytest.fixture(params=[True, False], ids=["big", "little"])
def options(request):
    return {"is_big_endian": request.param}


# IdentifiedDataSerializable


def test_identified(options):
    service = SerializationService(data_serializable_factories=FACTORIES, **options)
    value = Employee("Anna", Employee("Berta", [1, "x"]))
    assert service.to_object(service.to_data(value)) == value
    assert service.to_object(service.to_data([value, value])) == [value, value]


def test_identified_subclass(options):
    service = SerializationService(data_serializable_factories=FACTORIES, **options)
    found = service.to_object(service.to_data(Manager("Cleo")))
    assert type(found) is Employee
    assert found.name == "Cleo"


def test_identified_of_an_enterprise_member():
    data = bytes.fromhex("00000000 fffffffe 03 00000007 00000001 0507 00000001 41 00000000")
    service = SerializationService(data_serializable_factories=FACTORIES)
    assert service.to_object(data) == Employee("A")


def test_identified_by_a_class_name():
    data = bytes.fromhex("00000000 fffffffe 00 00000003") + b"a.B"
    assert "Java class 'a.B'" in SerializationService().to_object(data).reason


@pytest.mark.parametrize("factories", [{}, {7: {}}, {8: {1: Employee}}])
def test_unknown_factory_or_class(factories):
    data = SerializationService().to_data(Employee("Anna"))
    found = SerializationService(data_serializable_factories=factories).to_object(data)
    assert type(found) is UnknownObject
    assert "factory 7, class 1" in found.reason
    assert "data_serializable_factories to {7: {1: TheClass}}" in found.hint


def test_factories_of_members_can_be_replaced():
    class Address(Employee):
        def read_data(self, object_data_input):
            self.name = object_data_input.read_int()

    data = bytes.fromhex("00000000 fffffffe 01 00000000 00000001 00001645 04 00000001 61")
    service = SerializationService(data_serializable_factories={0: {1: Address}})
    assert service.to_object(data).name == 5701


def test_later_changes_of_the_factories_do_not_matter():
    factories = {7: {1: Employee}}
    service = SerializationService(data_serializable_factories=factories)
    factories[7].clear()
    assert service.to_object(service.to_data(Employee("Anna"))) == Employee("Anna")


def test_identified_without_methods():
    class Empty(IdentifiedDataSerializable):
        pass

    def refused(method):
        return pytest.raises(
            HazelcastSerializationError, match=rf"Empty does not define {method}\(\)"
        )

    service = SerializationService(data_serializable_factories={7: {1: Empty}})
    with refused("get_factory_id"):
        service.to_data(Empty())
    Empty.get_factory_id = lambda _: 7
    with refused("get_class_id"):
        service.to_data(Empty())
    Empty.get_class_id = lambda _: 1
    with refused("write_data"):
        service.to_data(Empty())
    Empty.write_data = lambda *_: None
    with refused("read_data"):
        service.to_object(service.to_data(Empty()))


# Custom serializers


def test_custom(options):
    service = SerializationService(custom_serializers={Point: PointSerializer}, **options)
    assert service.to_object(service.to_data(Point(1, -2))) == Point(1, -2)
    assert service.to_object(service.to_data({"p": [Point(1, 2)]})) == {"p": [Point(1, 2)]}
    assert service.to_data(Point(1, 2))[4:8] == b"\0\0\0\x0a"


def test_custom_for_subclasses_and_as_an_instance():
    serializer = PointSerializer()
    service = SerializationService(custom_serializers={Point: serializer})
    for _ in range(2):
        assert service.to_object(service.to_data(Point3(1, 2))) == Point(1, 2)


def test_nearest_class_wins():
    class Point3Serializer(PointSerializer):
        def get_type_id(self):
            return 11

    class Point4(Point3):
        pass

    service = SerializationService(
        custom_serializers={Point: PointSerializer, Point3: Point3Serializer}
    )
    assert service.to_data(Point4(1, 2))[7] == 11
    assert service.to_data(Point(1, 2))[7] == 10


def test_custom_for_subclasses_of_builtin_types_and_enumerations():
    class Text(str):
        __slots__ = ()

    class Color(enum.Enum):
        RED = 1

    service = SerializationService(custom_serializers={Text: ReprSerializer, Color: ReprSerializer})
    assert service.to_object(service.to_data(Text("a"))) == "'a'"
    assert service.to_object(service.to_data([Color.RED])) == ["<Color.RED: 1>"]
    assert service.to_object(service.to_data("a")) == "a"


@pytest.mark.parametrize("python_type", [tuple, dict, set, bytes])
def test_custom_for_types_that_the_official_client_leaves_free(python_type):
    service = SerializationService(custom_serializers={python_type: ReprSerializer})
    value = python_type()
    assert service.to_object(service.to_data(value)) == repr(value)
    assert service.to_object(service.to_data([value])) == [repr(value)]


@pytest.mark.parametrize("python_type", [int, str, float, bool, list, type(None)])
def test_custom_for_builtin_types(python_type):
    with pytest.raises(InvalidConfigurationError, match="cannot be replaced"):
        SerializationService(custom_serializers={python_type: ReprSerializer})


def test_custom_for_what_writes_itself():
    with pytest.raises(InvalidConfigurationError, match="writes itself"):
        SerializationService(custom_serializers={Employee: ReprSerializer})


class Foreign(ReprSerializer):
    def get_type_id(self):
        return -100


def test_custom_may_read_what_nothing_else_reads():
    service = SerializationService(custom_serializers={Point: Foreign})
    assert service.to_object(service.to_data(Point(1, 2))) == "Point(x=1, y=2)"


@pytest.mark.parametrize("type_id", [0, -7, -29, -2, 1 << 31, None, "1", 1.5, True])
def test_unusable_type_ids(type_id):
    class Serializer(ReprSerializer):
        def get_type_id(self):
            return type_id

    with pytest.raises(InvalidConfigurationError, match="type id"):
        SerializationService(custom_serializers={Point: Serializer})


def test_serializers_without_methods():
    class Empty(StreamSerializer):
        pass

    with pytest.raises(InvalidConfigurationError, match="does not define get_type_id"):
        SerializationService(custom_serializers={Point: Empty})
    Empty.get_type_id = lambda _: 5
    service = SerializationService(custom_serializers={Point: Empty})
    with pytest.raises(HazelcastSerializationError, match="does not define write") as caught:
        service.to_data(Point(1, 2))
    assert caught.value.__notes__ == ["It happened in " + Empty.__qualname__ + ".write"]
    Empty.write = lambda *_: None
    with pytest.raises(HazelcastSerializationError, match="does not define read"):
        service.to_object(service.to_data(Point(1, 2)))
    service.destroy()


def test_two_serializers_with_one_type_id():
    class Other(PointSerializer):
        pass

    with pytest.raises(InvalidConfigurationError, match="Two serializers have the type id 10"):
        SerializationService(custom_serializers={Point: PointSerializer, Point3: Other})
    with pytest.raises(InvalidConfigurationError, match="Two serializers have the type id 10"):
        SerializationService(custom_serializers={Point: PointSerializer}, global_serializer=Other)


@pytest.mark.parametrize("serializer", [Point, object(), "x", None])
def test_what_is_no_serializer(serializer):
    with pytest.raises(InvalidConfigurationError, match="not a subclass of StreamSerializer"):
        SerializationService(custom_serializers={Point: serializer})


def test_key_that_is_no_class():
    with pytest.raises(InvalidConfigurationError, match="is no class: 'Point'"):
        SerializationService(custom_serializers={"Point": PointSerializer})


def test_serializer_that_cannot_be_made():
    class Needy(PointSerializer):
        def __init__(self, argument):
            pass

    with pytest.raises(InvalidConfigurationError, match=r"Needy\(\) raised TypeError"):
        SerializationService(custom_serializers={Point: Needy})


def test_one_serializer_for_several_types_is_made_and_destroyed_once():
    made, destroyed = [], []

    class Counting(ReprSerializer):
        def __init__(self):
            made.append(self)

        def destroy(self):
            destroyed.append(self)

    service = SerializationService(
        custom_serializers={Point: Counting, Point3: Counting}, global_serializer=Counting
    )
    service.destroy()
    service.destroy()
    assert len(made) == 1
    assert destroyed == made


def test_all_serializers_are_destroyed():
    destroyed = []

    class First(PointSerializer):
        def destroy(self):
            raise ValueError("no")

    class Second(ReprSerializer):
        def destroy(self):
            destroyed.append(self)

    service = SerializationService(custom_serializers={Point: First, Point3: Second})
    with pytest.raises(HazelcastSerializationError, match=r"First\.destroy raised ValueError: no"):
        service.destroy()
    assert len(destroyed) == 1


# The global serializer


def test_global(options):
    service = SerializationService(
        global_serializer=ReprSerializer, custom_serializers={Point: PointSerializer}, **options
    )
    assert service.to_object(service.to_data(1j)) == "1j"
    assert service.to_object(service.to_data([1j])) == ["1j"]
    assert service.to_object(service.to_data(Point(1, 2))) == Point(1, 2)
    assert service.to_object(service.to_data("text")) == "text"


def test_type_ids_of_programs_that_nobody_registered():
    data = SerializationService(custom_serializers={Point: PointSerializer}).to_data(Point(1, 2))
    found = SerializationService().to_object(data)
    assert type(found) is UnknownObject
    assert "type id 10" in found.reason
    assert "get_type_id() returns 10" in found.hint


# Exceptions out of code of the program


class Faulty(StreamSerializer):
    error: BaseException

    def get_type_id(self):
        return 30

    def write(self, out, obj):
        if obj == "write":
            raise self.error

    def read(self, inp):
        raise self.error


class Weird(Exception):
    def __str__(self):
        raise TypeError("no text")


@pytest.mark.parametrize(
    "error", [KeyError("x"), struct.error("x"), IndexError(), RecursionError()]
)
@pytest.mark.parametrize("wrap", [lambda value: value, lambda value: [[value]]])
def test_exceptions_are_chained_and_named(error, wrap):
    class Tool(Faulty):
        pass

    class Text(str):
        __slots__ = ()

    Tool.error = error
    service = SerializationService(custom_serializers={Text: Tool})
    with pytest.raises(HazelcastSerializationError) as caught:
        service.to_data(wrap(Text("write")))
    assert f"Tool.write raised {type(error).__name__}" in str(caught.value)
    assert caught.value.__cause__ is error
    with pytest.raises(HazelcastSerializationError) as caught:
        service.to_object(service.to_data(wrap(Text("read"))))
    assert f"Tool.read raised {type(error).__name__}" in str(caught.value)
    assert caught.value.__cause__ is error


def test_exceptions_of_identified_classes():
    class Broken(Employee):
        def write_data(self, object_data_output):
            raise ZeroDivisionError

        def read_data(self, object_data_input):
            raise Weird

    service = SerializationService(data_serializable_factories={7: {1: Broken}})
    with pytest.raises(HazelcastSerializationError, match=r"Broken\.write_data raised ZeroDiv"):
        service.to_data(Broken())
    with pytest.raises(HazelcastSerializationError, match=r"Broken\.read_data raised Weird"):
        service.to_object(service.to_data(Employee()))


def test_memory_errors_and_interrupts_pass():
    for error in (MemoryError(), KeyboardInterrupt()):

        class Tool(Faulty):
            pass

        Tool.error = error
        service = SerializationService(custom_serializers={Point: Tool})
        with pytest.raises(type(error)):
            service.to_object(service.to_data(Point(1, 2)))


def test_memory_errors_of_writers_pass():
    class Hungry(Employee):
        def write_data(self, object_data_output):
            raise MemoryError

    class Tool(PointSerializer):
        def write(self, out, obj):
            raise MemoryError

    service = SerializationService(custom_serializers={Point: Tool})
    for value in (Hungry(), Point(1, 2)):
        with pytest.raises(MemoryError):
            service.to_data(value)


def test_our_errors_pass_with_a_note():
    service = SerializationService(data_serializable_factories=FACTORIES)
    with pytest.raises(HazelcastSerializationError, match="type object cannot") as caught:
        service.to_data(Employee("Anna", object()))
    assert caught.value.__cause__ is None
    assert any("Employee.write_data" in note for note in caught.value.__notes__)


def test_a_reader_that_reads_too_much():
    class Greedy(PointSerializer):
        def read(self, inp):
            return [inp.read_long() for _ in range(10)]

    service = SerializationService(custom_serializers={Point: Greedy})
    with pytest.raises(HazelcastSerializationError, match="8 bytes are announced, 0 are left"):
        service.to_object(service.to_data(Point(1, 2)))


def test_collections_that_change_while_they_are_written():
    collections = [[Point(0, 0)], {"a": Point(0, 0)}, {Point(0, 0)}]

    class Meddler(PointSerializer):
        def write(self, out, obj):
            super().write(out, obj)
            collections[0].append(1)
            collections[1]["b"] = 1
            collections[2].add(1)

    service = SerializationService(custom_serializers={Point: Meddler})
    for collection in collections:
        before = collection.copy()
        assert service.to_object(service.to_data(collection)) == before


# Partition keys


@dataclass(frozen=True)
class Order(Point):
    customer: object = None

    def get_partition_key(self):
        if isinstance(self.customer, Exception):
            raise self.customer
        return self if self.customer == "itself" else self.customer


def test_partition_key():
    service = SerializationService(custom_serializers={Point: PointSerializer})
    data = service.to_data(Order(1, 2, "c1"))
    assert partition_hash(data) == partition_hash(service.to_data("c1"))
    assert service.to_object(data) == Point(1, 2)
    for nothing in (None, "itself"):
        assert service.to_data(Order(1, 2, nothing)) == service.to_data(Point(1, 2))
    # What an object inside another one names does not matter.
    assert service.to_data([Order(1, 2, "c1")]) == service.to_data([Point(1, 2)])


def test_partition_key_of_a_partition_key_does_not_matter():
    service = SerializationService(custom_serializers={Point: PointSerializer})
    inner = Order(3, 4, "c1")
    data = service.to_data(Order(1, 2, inner))
    assert partition_hash(data) == partition_hash(service.to_data(Point(3, 4)))


def test_partition_key_that_fails():
    service = SerializationService(custom_serializers={Point: PointSerializer})
    with pytest.raises(HazelcastSerializationError, match="get_partition_key raised ValueError"):
        service.to_data(Order(1, 2, ValueError()))


# Pickles


def test_pickles_are_not_read_by_default():
    data = SerializationService(allow_pickle=True).to_data(1j)
    found = SerializationService().to_object(data)
    assert type(found) is UnknownObject
    assert "-120 (PICKLE)" in found.reason
    assert 'allow_pickle="read"' in found.hint


def test_pickles_that_are_only_read():
    data = SerializationService(allow_pickle=True).to_data([1j])
    service = SerializationService(allow_pickle="read")
    assert service.to_object(data) == [1j]
    with pytest.raises(HazelcastSerializationError, match="complex cannot be serialized"):
        service.to_data(1j)


def test_pickles_keep_types_without_a_form():
    service = SerializationService(allow_pickle=True)
    for value in (range(3), 1j, slice(1, 2), bytearray):
        assert service.to_object(service.to_data(value)) == value


def test_pickles_are_the_last_resort():
    service = SerializationService(
        allow_pickle=True, global_serializer=ReprSerializer, custom_serializers={Point: Foreign}
    )
    assert service.to_data(1j)[4:8] == b"\0\0\0\x14"
    pickled = SerializationService(allow_pickle=True).to_data(1j)
    assert service.to_object(pickled) == 1j


def test_objects_that_cannot_be_pickled():
    service = SerializationService(allow_pickle=True)
    with pytest.raises(HazelcastSerializationError, match="Pickling an object of type") as caught:
        service.to_data(n for n in "ab")
    assert isinstance(caught.value.__cause__, TypeError | pickle.PicklingError)


@pytest.mark.parametrize("payload", ["", "00000000", "ffffffff", "00000003616263", "000000022e2e"])
def test_damaged_pickles(payload):
    data = bytes.fromhex("00000000 ffffff88" + payload)
    with pytest.raises(HazelcastSerializationError):
        SerializationService(allow_pickle="read").to_object(data)


def test_pickle_and_a_serializer_with_its_type_id():
    class Own(ReprSerializer):
        def get_type_id(self):
            return -120

    SerializationService(custom_serializers={Point: Own})
    with pytest.raises(InvalidConfigurationError, match=r"-120 \(PICKLE\)"):
        SerializationService(custom_serializers={Point: Own}, allow_pickle="read")


def test_many_classes_are_not_remembered_for_ever():
    service = SerializationService(global_serializer=ReprSerializer)
    for number in range(1500):
        service.to_data(type(f"Class{number}", (), {})())
    assert len(service._encoders) < 1100
    assert service.to_object(service.to_data(1j)) == "1j"
