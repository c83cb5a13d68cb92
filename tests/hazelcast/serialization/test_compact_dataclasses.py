# SPDX-License-Identifier: Apache-2.0
"""Dataclasses are Compact records, when their annotations say enough."""

from __future__ import annotations

import enum
import sys
from array import array
from collections import deque
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import KW_ONLY, InitVar, dataclass, field, make_dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from threading import Barrier
from typing import (
    Annotated,
    Any,
    ClassVar,
    Generic,
    Literal,
    NewType,
    Optional,
    TypeVar,
    Union,
)
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridwire.hazelcast.errors import HazelcastSerializationError, InvalidConfigurationError
from gridwire.hazelcast.serialization.api import (
    CompactSerializer,
    DataclassSerializer,
    FieldKind,
    GenericRecord,
    IdentifiedDataSerializable,
    StreamSerializer,
)
from gridwire.hazelcast.serialization.data import partition_hash, payload_hash
from gridwire.hazelcast.serialization.limits import DEFAULT_LIMITS, Limits
from gridwire.hazelcast.serialization.service import SerializationService

MOMENT = datetime(2024, 2, 29, 12, 30, 15, 250, UTC)
NAIVE = MOMENT.replace(tzinfo=None)


@dataclass
class Item:
    name: str
    price: Decimal
    count: int = 1


@dataclass
class Node:
    value: int
    next: Node | None = None
    others: list[Node] = field(default_factory=list)


@dataclass
class Everything:
    flag: bool
    number: int
    part: float
    text: str
    raw: bytes
    amount: Decimal
    day: date
    hour: time
    moment: datetime
    item: Item
    flags: list[bool]
    numbers: list[int]
    parts: list[float]
    texts: list[str]
    amounts: list[Decimal]
    days: list[date]
    moments: list[datetime]
    items: list[Item]
    numbers_or_none: list[int | None]
    texts_or_none: list[str | None]
    flag_or_none: bool | None
    number_or_none: int | None
    part_or_none: float | None
    text_or_none: str | None
    raw_or_none: bytes | None
    item_or_none: Optional[Item]  # noqa: UP045 - the old spelling works as well
    moment_or_none: Union[None, datetime]  # noqa: RUF036, UP007
    numbers_or_no_list: list[int] | None
    items_or_none: list[Item | None] | None
    tiny: Annotated[int, FieldKind.INT8]
    short: Annotated[int, "metres", FieldKind.INT16]
    small: Annotated[int, FieldKind.INT32]
    single: Annotated[float, FieldKind.FLOAT32]
    naive: Annotated[datetime, FieldKind.TIMESTAMP]
    small_or_none: Annotated[int, FieldKind.INT32] | None
    boxed: Annotated[int, FieldKind.NULLABLE_INT64]
    small_either: Annotated[int | None, FieldKind.INT32]
    smalls: list[Annotated[int, FieldKind.INT32]]
    shorts: Annotated[list[int], FieldKind.ARRAY_OF_INT16]
    naives: list[Annotated[datetime, FieldKind.TIMESTAMP] | None]
    noted: Annotated[str, "no kind"]
    old_list: list[Optional[Annotated[float, FieldKind.FLOAT32]]]  # noqa: UP045


KINDS = {
    "flag": "BOOLEAN",
    "number": "INT64",
    "part": "FLOAT64",
    "text": "STRING",
    "raw": "ARRAY_OF_INT8",
    "amount": "DECIMAL",
    "day": "DATE",
    "hour": "TIME",
    "moment": "TIMESTAMP_WITH_TIMEZONE",
    "item": "COMPACT",
    "flags": "ARRAY_OF_BOOLEAN",
    "numbers": "ARRAY_OF_INT64",
    "parts": "ARRAY_OF_FLOAT64",
    "texts": "ARRAY_OF_STRING",
    "amounts": "ARRAY_OF_DECIMAL",
    "days": "ARRAY_OF_DATE",
    "moments": "ARRAY_OF_TIMESTAMP_WITH_TIMEZONE",
    "items": "ARRAY_OF_COMPACT",
    "numbers_or_none": "ARRAY_OF_NULLABLE_INT64",
    "texts_or_none": "ARRAY_OF_STRING",
    "flag_or_none": "NULLABLE_BOOLEAN",
    "number_or_none": "NULLABLE_INT64",
    "part_or_none": "NULLABLE_FLOAT64",
    "text_or_none": "STRING",
    "raw_or_none": "ARRAY_OF_INT8",
    "item_or_none": "COMPACT",
    "moment_or_none": "TIMESTAMP_WITH_TIMEZONE",
    "numbers_or_no_list": "ARRAY_OF_INT64",
    "items_or_none": "ARRAY_OF_COMPACT",
    "tiny": "INT8",
    "short": "INT16",
    "small": "INT32",
    "single": "FLOAT32",
    "naive": "TIMESTAMP",
    "small_or_none": "NULLABLE_INT32",
    "boxed": "NULLABLE_INT64",
    "small_either": "NULLABLE_INT32",
    "smalls": "ARRAY_OF_INT32",
    "shorts": "ARRAY_OF_INT16",
    "naives": "ARRAY_OF_TIMESTAMP",
    "noted": "STRING",
    "old_list": "ARRAY_OF_NULLABLE_FLOAT32",
}
ITEM = Item("pen", Decimal("1.20"), 3)
FULL = Everything(
    flag=True,
    number=-(1 << 63),
    part=0.1,
    text="é",
    raw=b"\x00\xff",
    amount=Decimal("-3.50"),
    day=date(2024, 2, 29),
    hour=time(1, 2, 3, 4),
    moment=MOMENT,
    item=ITEM,
    flags=[True, False],
    numbers=[1, 2],
    parts=[1.5],
    texts=["a", ""],
    amounts=[Decimal(1)],
    days=[date(1, 1, 1)],
    moments=[MOMENT],
    items=[ITEM, ITEM],
    numbers_or_none=[None, 1],
    texts_or_none=[None, "x"],
    flag_or_none=False,
    number_or_none=5,
    part_or_none=-0.5,
    text_or_none="x",
    raw_or_none=b"",
    item_or_none=ITEM,
    moment_or_none=MOMENT,
    numbers_or_no_list=[],
    items_or_none=[None, ITEM],
    tiny=-128,
    short=1 << 14,
    small=-(1 << 31),
    single=0.5,
    naive=NAIVE,
    small_or_none=7,
    boxed=8,
    small_either=9,
    smalls=[1, 2, 3],
    shorts=[4],
    naives=[NAIVE, None],
    noted="x",
    old_list=[None, 1.5],
)
NULLS = {name: None for name in KINDS if name.endswith(("_or_none", "_or_no_list"))} | {
    "numbers_or_none": [],
    "texts_or_none": [],
    "small_either": None,
}


def changed(obj: Any, **values: Any) -> Any:
    return type(obj)(**{**vars(obj), **values})


@pytest.mark.parametrize("big", [True, False], ids=["big", "little"])
def test_every_annotation(big):
    service = SerializationService(is_big_endian=big)
    for value in (FULL, changed(FULL, **NULLS)):
        data = service.to_data(value)
        read = service.to_object(data)
        assert read == value
        assert type(read.raw) is bytes
        assert service.to_data(read) == data
    schemas = {schema.type_name: schema for schema in service.schemas.by_id.values()}
    assert {name: kind.name for name, kind in schemas["Everything"].kinds.items()} == KINDS
    assert set(schemas) == {"Everything", "Item"}


def test_a_serializer_writes_the_same_as_the_quick_way():
    class Spelled(DataclassSerializer):
        """A subclass, which might do something else, is asked to write and read."""

    quick = SerializationService(compact_serializers=[Everything])
    spelled = SerializationService(compact_serializers=[Spelled(Everything)])
    for value in (FULL, changed(FULL, **NULLS)):
        assert quick.to_data(value) == spelled.to_data(value)
        assert spelled.to_object(quick.to_data(value)) == value
    for bad in ({"text": None}, {"raw": [1]}, {"texts": ["x", None]}):
        for service in (quick, spelled):
            with pytest.raises(HazelcastSerializationError):
                service.to_data(changed(FULL, **bad))


@given(
    st.builds(
        Item,
        st.text(st.characters(exclude_categories=["Cs"])),
        st.decimals(allow_nan=False, allow_infinity=False, places=2),
        st.integers(-(1 << 63), (1 << 63) - 1),
    )
)
def test_items_come_back_as_they_were(item):
    service = SerializationService()
    assert service.to_object(service.to_data([item, item])) == [item, item]


WRONG = {
    "flag": ("yes", None, 2),
    "number": (1 << 63, 1.5, "1", None),
    "part": ("1.5", None),
    "text": (None, 5, b"x"),
    "raw": ("x", [1], None),
    "amount": (1, 1.5),
    "day": (MOMENT, "x"),
    "hour": (time(1, tzinfo=UTC), MOMENT),
    "moment": (NAIVE, date(2024, 1, 1), None),
    "item": (None, 5, "x"),
    "flags": ([1, 2], "x", None, [None]),
    "numbers": ([1.5], [None], None, [1 << 63], {1}),
    "texts": (["x", None], deque(["x", None]), iter(["x", None]), {"x": 1}, "x", None, [5]),
    "items": ([ITEM, None], [5], ITEM),
    "numbers_or_none": (["x"], None),
    "number_or_none": ("x", 1 << 63),
    "tiny": (128, None),
    "short": (1 << 15,),
    "small": (1 << 31,),
    "single": (1e300, "x"),
    "naive": (MOMENT, None),
    "boxed": (None,),
    "smalls": ([1 << 31], [None]),
    "moments": ([NAIVE], [None]),
}


@pytest.mark.parametrize("name", WRONG)
def test_values_that_an_annotation_does_not_allow(name):
    service = SerializationService()
    for value in WRONG[name]:
        with pytest.raises(HazelcastSerializationError) as caught:
            service.to_data(changed(FULL, **{name: value}))
        notes = getattr(caught.value, "__notes__", [])
        assert f"'{name}'" in " ".join([str(caught.value), *notes])
    with pytest.raises(HazelcastSerializationError, match="not allow") as caught:
        service.to_data(changed(FULL, text=None))
    assert caught.value.hint == "Annotate it as X | None."
    with pytest.raises(HazelcastSerializationError, match="without a zone") as caught:
        service.to_data(changed(FULL, moment=NAIVE))
    assert "tzinfo" in caught.value.hint


class Mood(enum.StrEnum):
    GOOD = "good"


@pytest.mark.parametrize(
    ("name", "given_as", "found"),
    [
        ("text", Mood.GOOD, "good"),
        ("texts", ("a", Mood.GOOD), ["a", "good"]),
        ("texts", iter("ab"), ["a", "b"]),
        ("number", True, 1),
        ("flag", 1, True),
        ("part", Decimal("0.1"), 0.1),
        ("part", 2**53 + 1, float(2**53)),
        ("raw", bytearray(b"a"), b"a"),
        ("numbers", array("q", [1, 2]), [1, 2]),
    ],
)
def test_what_is_nearly_of_the_type_becomes_the_type(name, given_as, found):
    service = SerializationService()
    read = getattr(service.to_object(service.to_data(changed(FULL, **{name: given_as}))), name)
    assert (type(read), read) == (type(found), found)
    if isinstance(found, list):
        assert [type(item) for item in read] == [type(item) for item in found]


def test_records_of_records():
    service = SerializationService()
    node = Node(1, Node(2, None, [Node(3)]), [Node(4), Node(5, Node(6))])
    assert service.to_object(service.to_data(node)) == node
    assert len(service.schemas.by_id) == 1


def test_as_deep_as_records_may_lie():
    service = SerializationService()
    node = None
    for number in range(DEFAULT_LIMITS.nesting_depth):
        node = Node(number, node)
    assert service.to_object(service.to_data(node)) == node
    with pytest.raises(HazelcastSerializationError, match="nested deeper"):
        service.to_data(Node(1, Node(2, node)))
    # What somebody writes who has another limit.
    patient = SerializationService(limits=Limits(nesting_depth=200))
    deep = patient.to_data(Node(1, Node(2, node)))
    for schema in patient.schemas.by_id.values():
        service.schemas.known(schema)
    with pytest.raises(HazelcastSerializationError, match="nested deeper than 128"):
        service.to_object(deep)
    ring = Node(1)
    ring.next = ring
    with pytest.raises(HazelcastSerializationError, match="nested deeper"):
        service.to_data(ring)


def test_threads_that_meet_a_class_at_once():
    for _ in range(20):
        service = SerializationService()
        start = Barrier(4)

        def write(service=service, start=start):
            start.wait()
            return service.to_data(FULL)

        with ThreadPoolExecutor(4) as pool:
            written = {future.result() for future in [pool.submit(write) for _ in range(4)]}
        assert len(written) == 1
        assert service.to_object(written.pop()) == FULL
        assert len(service.schemas.unsent) == 2


# Classes of every make


@dataclass(frozen=True, slots=True)
class Frozen:
    a: int
    b: str = "x"


@dataclass(kw_only=True)
class Keywords:
    b: int
    a: str


@dataclass
class Mixed:
    a: int
    _: KW_ONLY
    b: str = "x"
    c: ClassVar[int] = 5


@dataclass
class Base:
    z: int
    y: str = "base"


@dataclass
class Derived(Base):
    x: float = 1.5
    y: str = "derived"


@dataclass
class Computed:
    a: int
    scale: InitVar[int] = 2
    b: int = field(init=False, default=0)
    c: list[int] = field(default_factory=lambda: [1, 2])

    def __post_init__(self, scale):
        self.b = self.a * scale


@dataclass(frozen=True, slots=True)
class FrozenComputed:
    a: int
    b: int = field(init=False)

    def __post_init__(self):
        object.__setattr__(self, "b", self.a + 1)


@dataclass
class OwnInit:
    a: int
    b: int

    def __init__(self, b, a=0):
        self.a, self.b = a, b


@dataclass(init=False)
class OnlyOwnInit:
    a: int

    def __init__(self, a: int = 0, **_: object) -> None:
        self.a = a


@dataclass(order=True, unsafe_hash=True)
class Ordered:
    a: int


class Mixin:
    def double(self):
        return self.a * 2


@dataclass
class WithMixin(Mixin):
    a: int


@dataclass
class Nothing:
    pass


@dataclass
class One:
    a: int


@dataclass
class NamedAsItsType:
    date: date | None = None
    int: int = 5


@dataclass
class Holder:
    @dataclass
    class Part:
        number: int

    part: Part
    parts: list[Part]


Made = make_dataclass("Made", [("a", int), ("b", list[str])])


@pytest.mark.parametrize(
    "value",
    [
        Frozen(1, "y"),
        Keywords(b=1, a="x"),
        Mixed(1, b="z"),
        Derived(1, "q", 2.5),
        Base(3),
        Computed(3, scale=7),
        FrozenComputed(4),
        OwnInit(b=1, a=2),
        OnlyOwnInit(1),
        Ordered(5),
        WithMixin(4),
        Nothing(),
        One(1),
        NamedAsItsType(date(2024, 1, 1), 6),
        Holder(Holder.Part(1), [Holder.Part(2)]),
        Made(1, ["x"]),
    ],
    ids=lambda value: type(value).__name__,
)
def test_classes_of_every_make(value):
    service = SerializationService()
    read = service.to_object(service.to_data(value))
    assert read == value
    assert type(read) is type(value)


def test_what_init_computes_is_replaced_by_what_was_stored():
    service = SerializationService()
    assert service.to_object(service.to_data(Computed(3, scale=7))).b == 21


def test_classes_inside_of_functions():
    @dataclass
    class Leaf:
        a: int

    @dataclass
    class Tree:
        left: Tree | None
        value: int

    service = SerializationService()
    assert service.to_object(service.to_data(Leaf(1))) == Leaf(1)
    assert service.to_object(service.to_data(Tree(Tree(None, 1), 2))) == Tree(Tree(None, 1), 2)

    @dataclass
    class Trunk(Tree):
        height: int = 0

    trunk = Trunk(Tree(None, 1), 2, 3)
    assert service.to_object(service.to_data(trunk)) == trunk
    alone = SerializationService()
    assert alone.to_object(alone.to_data(trunk)) == trunk

    @dataclass
    class Branch:
        leaf: Leaf

    with pytest.raises(
        HazelcastSerializationError, match=r"'leaf' .* cannot be resolved"
    ) as caught:
        service.to_data(Branch(Leaf(1)))
    assert "module" in caught.value.hint


# What is refused


class Color(enum.Enum):
    RED = 1


T = TypeVar("T")


@dataclass
class Box(Generic[T]):
    value: T


class Plain:
    pass


@pytest.mark.parametrize(
    ("hint", "says", "advice"),
    [
        (Any, "no kind of Compact", "Use bool"),
        (object, "no kind of Compact", "Use bool"),
        (list, "no kind of Compact", "list[X]"),
        (tuple[int, ...], "no kind of Compact", "list[X]"),
        (set[int], "no kind of Compact", "list[X]"),
        (dict[str, int], "no kind of Compact", "a key and a value"),
        (Sequence[int], "no kind of Compact", "list[X]"),
        (deque[int], "no kind of Compact", "list[X]"),
        (Mapping[str, int], "no kind of Compact", "a key and a value"),
        (NewType("Code", complex), "no kind of Compact", "Use bool"),
        (Color, "no kind of Compact", "its value or its name"),
        (Plain, "no kind of Compact", "Make its class a dataclass"),
        (UUID, "no kind of Compact", "as str"),
        (Literal["a"], "no kind of Compact", "Use bool"),
        (complex, "no kind of Compact", "Use bool"),
        (bytearray, "no kind of Compact", "Use bool"),
        (None, "no kind of Compact", "Use bool"),
        (T, "no kind of Compact", "Use bool"),
        (Box[int], "no kind of Compact", ""),
        (int | str, "a choice of types", "Use one type, or one type | None"),
        (Union[int, str, None], "a choice of types", "Use one type, or one type | None"),  # noqa: UP007
        (int | str | None, "a choice of types", ""),
        (list[list[int]], "an array of arrays", ""),
        (list[bytes], "an array of arrays", ""),
        (list[int | str], "a choice of types", ""),
        (Annotated[int, FieldKind.STRING], "cannot be STRING", ""),
        (Annotated[int, FieldKind.ARRAY_OF_INT32], "cannot be ARRAY_OF_INT32", ""),
        (Annotated[list[int], FieldKind.INT32], "cannot be INT32", ""),
        (Annotated[int, FieldKind.COMPACT], "cannot be COMPACT", ""),
        (Annotated[int, FieldKind.CHAR], "CHAR is no kind", ""),
        (Annotated[int, FieldKind.INT8, FieldKind.INT16], "names 2 kinds", ""),
        (Annotated[bytes, FieldKind.ARRAY_OF_INT16], "cannot be ARRAY_OF_INT16", ""),
        ("Nowhere", "cannot be resolved", "module"),
        ("int |", "cannot be resolved", "module"),
    ],
)
def test_annotations_that_say_too_little(hint, says, advice):
    python_type = make_dataclass("Unclear", [("ok", int), ("bad", hint)])
    service = SerializationService()
    with pytest.raises(HazelcastSerializationError, match=says) as caught:
        service.to_data(python_type(1, None))
    assert "'bad'" in str(caught.value)
    assert "Unclear" in str(caught.value)
    assert "CompactSerializer" in caught.value.hint
    assert advice in caught.value.hint
    with pytest.raises(InvalidConfigurationError, match=says):
        SerializationService(compact_serializers=[python_type])
    outer = make_dataclass("Outer", [("inner", list[python_type])])
    with pytest.raises(HazelcastSerializationError, match=says):
        service.to_data(outer([]))


UserId = NewType("UserId", int)
AdminId = NewType("AdminId", UserId)


@dataclass
class Named:
    user: UserId
    admins: list[AdminId]
    small: Annotated[AdminId, FieldKind.INT16]
    deputy: UserId | None = None


def test_a_new_type_is_what_it_stands_for():
    value = Named(UserId(1), [AdminId(UserId(2))], AdminId(UserId(3)))
    service = SerializationService()
    assert service.to_object(service.to_data(value)) == value
    assert kinds_of(service, "Named") == {
        "user": FieldKind.INT64,
        "admins": FieldKind.ARRAY_OF_INT64,
        "small": FieldKind.INT16,
        "deputy": FieldKind.NULLABLE_INT64,
    }


def kinds_of(service: SerializationService, type_name: str) -> dict[str, FieldKind]:
    return next(
        dict(schema.kinds)
        for schema in service.schemas.by_id.values()
        if schema.type_name == type_name
    )


ALIASES = """
from dataclasses import dataclass

type Line = str
type Lines = list[Line | None]
type Endless = list[Endless]
type Itself = Itself
type Broken = Nowhere

@dataclass
class Poem:
    title: Line
    lines: Lines
    motto: Line | None = None

@dataclass
class A:
    bad: Endless

@dataclass
class B:
    bad: Itself

@dataclass
class C:
    bad: Broken
"""


@pytest.mark.skipif(sys.version_info < (3, 12), reason="the statement came with Python 3.12")
def test_an_alias_is_what_it_stands_for():
    names: dict[str, Any] = {"__name__": __name__}
    exec(compile(ALIASES, "aliases", "exec", dont_inherit=True), names)
    value = names["Poem"]("x", ["a", None])
    service = SerializationService()
    assert service.to_object(service.to_data(value)) == value
    assert kinds_of(service, "Poem") == {
        "title": FieldKind.STRING,
        "lines": FieldKind.ARRAY_OF_STRING,
        "motto": FieldKind.STRING,
    }
    for name in "ABC":
        with pytest.raises(HazelcastSerializationError, match=r"'bad'.* cannot be resolved"):
            service.to_data(names[name](None))


class NoDataclass(One):
    pass


@dataclass
class Text(str):  # noqa: SLOT000 - it shall have a field
    a: int = 1


@dataclass
class Fault(Exception):
    a: int


@dataclass(init=False)
class WithoutInit:
    a: int = 1


@dataclass
class FromText:
    a: int

    def __init__(self, text: str) -> None:
        self.a = int(text)


@dataclass
class AndMore:
    a: int

    def __init__(self, a: int, unit: str) -> None:
        self.a = a if unit == "m" else 1000 * a


@dataclass
class NeedsMore:
    a: int
    more: InitVar[int]


class Level(One, enum.Enum):
    LOW = 1


@dataclass  # noqa: RUF049 - somebody may do it
class Decorated(One, enum.Enum):
    LOW = 1


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (NoDataclass(1), "derived from a dataclass, and none itself. Decorate the class"),
        (Text("x"), "it is a str as well"),
        (Fault(1), "it is a Exception as well"),
        (WithoutInit(), "no __init__"),
        (FromText("1"), "no __init__ that takes its fields"),
        (AndMore(1, "km"), "no __init__ that takes its fields"),
        (NeedsMore(1, 2), "'more' is an InitVar without a default"),
        (Level.LOW, "enumeration"),
        (Decorated.LOW, "it is a Enum as well"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_classes_that_could_not_be_made_again(value, says):
    with pytest.raises(HazelcastSerializationError, match=says):
        SerializationService().to_data(value)


def test_an_object_that_lost_a_field():
    value = One(1)
    del value.a
    with pytest.raises(HazelcastSerializationError, match="lost a field"):
        SerializationService().to_data(value)


# Names of types


def test_the_name_of_the_type():
    service = SerializationService(
        compact_serializers=[DataclassSerializer(One, type_name="com.acme.One")]
    )
    assert service.to_object(service.to_data(One(1))) == One(1)
    assert {schema.type_name for schema in service.schemas.by_id.values()} == {"com.acme.One"}
    for wrong in (
        lambda: DataclassSerializer(Plain),
        lambda: DataclassSerializer(One(1)),
        lambda: DataclassSerializer(One, type_name=""),
        lambda: DataclassSerializer(One, type_name=5),
    ):
        with pytest.raises(InvalidConfigurationError):
            wrong()


def test_two_classes_with_one_name():
    first, second = (make_dataclass("Same", [(name, int)]) for name in ("a", "b"))
    service = SerializationService()
    service.to_data(first(1))
    with pytest.raises(HazelcastSerializationError, match="the same Compact type name 'Same'") as e:
        service.to_data(second(1))
    assert "type_name" in e.value.hint
    assert "defined again" in e.value.hint
    elsewhere = make_dataclass("Same", [("a", int)], namespace={"__qualname__": "Other.Same"})
    with pytest.raises(HazelcastSerializationError, match="the same Compact type name") as e:
        service.to_data(elsewhere(1))
    assert "defined again" not in e.value.hint
    with pytest.raises(InvalidConfigurationError, match="the same Compact type name"):
        SerializationService(compact_serializers=[first, second])
    both = SerializationService(
        compact_serializers=[first, DataclassSerializer(second, type_name="Other")]
    )
    assert both.to_object(both.to_data([first(1), second(2)])) == [first(1), second(2)]
    # Pickling the second one would hide it.
    pickling = SerializationService(allow_pickle=True)
    pickling.to_data(first(1))
    with pytest.raises(HazelcastSerializationError, match="the same Compact type name"):
        pickling.to_data(second(1))


def test_a_class_whose_part_has_the_name_of_another_one_is_never_written():
    part, other = (make_dataclass("Same", [(name, int)]) for name in ("a", "b"))
    whole = make_dataclass("Whole", [("part", part | None)])
    service = SerializationService()
    service.to_data(other(1))
    for _ in range(2):
        with pytest.raises(HazelcastSerializationError, match="the same Compact type name 'Same'"):
            service.to_data(whole(None))


# Who writes a dataclass


class OneSerializer(StreamSerializer):
    def get_type_id(self):
        return 77

    def write(self, out, obj):
        out.write_int(obj.a)

    def read(self, inp):
        return One(inp.read_int())


class GlobalSerializer(OneSerializer):
    pass


@dataclass
class Identified(IdentifiedDataSerializable):
    a: int = 0

    def get_factory_id(self):
        return 1

    def get_class_id(self):
        return 2

    def write_data(self, object_data_output):
        object_data_output.write_int(self.a)


@dataclass
class UnderOne(One):
    b: int = 0


def type_id_of(service, value):
    return int.from_bytes(service.to_data(value)[4:8], "big", signed=True)


def test_who_writes_a_dataclass():
    assert type_id_of(SerializationService(), One(1)) == -55
    assert type_id_of(SerializationService(custom_serializers={One: OneSerializer}), One(1)) == 77
    assert type_id_of(SerializationService(global_serializer=GlobalSerializer), One(1)) == 77
    assert type_id_of(SerializationService(), Identified(1)) == -2
    registered = SerializationService(compact_serializers=[One], global_serializer=GlobalSerializer)
    assert type_id_of(registered, One(1)) == -55
    with pytest.raises(InvalidConfigurationError, match="custom_serializers"):
        SerializationService(compact_serializers=[One], custom_serializers={One: OneSerializer})


@pytest.mark.parametrize("part", [One(1), Identified(1), UnderOne(1)])
def test_a_part_that_is_written_in_another_way_is_not_written_as_compact(part):
    whole = make_dataclass("Whole", [("part", type(part)), ("a", int, 0)])
    customs = {One: OneSerializer}
    service = SerializationService(custom_serializers=customs)
    for _ in range(2):
        with pytest.raises(HazelcastSerializationError, match="written in another way") as caught:
            service.to_data(whole(part))
        assert "CompactSerializer" in caught.value.hint
    with pytest.raises(InvalidConfigurationError, match="written in another way"):
        SerializationService(custom_serializers=customs, compact_serializers=[whole])
    record = GenericRecord("r", {"part": FieldKind.COMPACT}, {"part": part})
    with pytest.raises(HazelcastSerializationError, match="written in another way"):
        service.to_data(record)


def test_pickle_comes_after_the_annotations():
    service = SerializationService(allow_pickle=True)
    assert type_id_of(service, One(1)) == -55
    assert type_id_of(service, Box(1)) == -120
    assert service.to_object(service.to_data(Box(1))) == Box(1)


def test_a_partition_key():
    @dataclass
    class Key:
        a: int

        def get_partition_key(self):
            return "customer"

    service = SerializationService()
    data = service.to_data(Key(1))
    assert partition_hash(data) == payload_hash(service.to_data("customer"))
    # Who does not know the class finds the entry all the same.
    reader = SerializationService()
    for schema in service.schemas.by_id.values():
        reader.schemas.known(schema)
    record = reader.to_object(data)
    assert isinstance(record, GenericRecord)
    assert reader.to_data(record) == data
    [inside] = reader.to_object(reader.to_data([record]))
    assert reader.to_data(inside)[:4] == reader.to_data([record])[:4] == bytes(4)
    assert record == inside


class Timestamp(datetime):
    nanosecond = 5


@pytest.mark.parametrize("kind", [FieldKind.TIMESTAMP, FieldKind.TIMESTAMP_WITH_TIMEZONE])
def test_nanoseconds_are_not_cut_off(kind):
    zone = UTC if kind is FieldKind.TIMESTAMP_WITH_TIMEZONE else None
    record = GenericRecord("t", {"a": kind}, {"a": Timestamp(2026, 1, 1, tzinfo=zone)})
    with pytest.raises(HazelcastSerializationError, match="Timestamp with nanoseconds") as caught:
        SerializationService().to_data(record)
    assert caught.value.hint == "Round it to microseconds."


def test_an_attribute_that_raises():
    @dataclass
    class Strange:
        a: int

        def __getattribute__(self, name):
            if name == "a":
                raise ValueError("strange")
            return object.__getattribute__(self, name)

    with pytest.raises(HazelcastSerializationError, match="Strange raised ValueError") as caught:
        SerializationService().to_data(Strange(1))
    assert isinstance(caught.value.__cause__, ValueError)


# Versions


def version(name, *fields, **options):
    return make_dataclass(name, fields, **options)


def moved(value, *readers):
    """What a service reads that knows other versions of the classes."""
    writer = SerializationService()
    data = writer.to_data(value)
    reader = SerializationService(compact_serializers=readers)
    for schema in writer.schemas.by_id.values():
        reader.schemas.known(schema)
    return reader.to_object(data)


OLD = version("V", ("a", int), ("b", str))


def test_fields_that_the_data_does_not_have():
    new = version(
        "V",
        ("a", int),
        ("b", str),
        ("c", int, 7),
        ("d", list[int], field(default_factory=list)),
        ("e", str | None, None),
        ("f", int, field(init=False, default=3)),
    )
    assert moved(OLD(1, "x"), new) == new(1, "x")

    @dataclass
    class V:
        a: int
        both: str = field(init=False)
        b: str = "z"

        def __post_init__(self):
            self.both = f"{self.a}{self.b}"

    assert moved(OLD(1, "x"), V).both == "1x"
    keywords = version("V", ("c", int, 7), ("b", str), ("a", int), kw_only=True)
    assert moved(OLD(1, "x"), keywords) == keywords(a=1, b="x")


@pytest.mark.parametrize("hint", [int, str, int | None, list[int]])
def test_a_missing_field_without_a_default(hint):
    new = version("V", ("a", int), ("b", str), ("c", hint))
    with pytest.raises(HazelcastSerializationError, match="'V' has no field 'c'") as caught:
        moved(OLD(1, "x"), new)
    assert "a default" in caught.value.hint


def test_fields_that_the_class_does_not_have():
    lost = version("Lost", ("z", int))
    old = version("V", ("a", int), ("b", str), ("gone", lost), ("more", list[lost]))
    new = version("V", ("b", str))
    assert moved(old(1, "x", lost(1), [lost(2)]), new) == new("x")


def test_nullable_and_not():
    nullable = version("V", ("a", int | None), ("b", list[int | None]))
    plain = version("V", ("a", int), ("b", list[int]))
    assert moved(nullable(1, [2]), plain) == plain(1, [2])
    assert moved(plain(1, [2]), nullable) == nullable(1, [2])
    for value in (nullable(None, [2]), nullable(1, [None])):
        with pytest.raises(HazelcastSerializationError, match="annotation does not allow"):
            moved(value, plain)


def test_items_of_sets_that_cannot_be_hashed():
    frozen = make_dataclass("Item", [("a", int)], frozen=True)
    assert moved({frozen(1)}, frozen) == {frozen(1)}
    with pytest.raises(HazelcastSerializationError, match="Python cannot hash") as caught:
        moved({frozen(1)}, make_dataclass("Item", [("a", int)]))
    assert "frozen=True" in caught.value.hint


def test_nulls_that_an_annotation_does_not_allow():
    nullable = version("V", ("a", str | None), ("b", list[str | None]), ("c", bytes | None))
    plain = version("V", ("a", str), ("b", list[str]), ("c", bytes))
    assert moved(nullable("x", ["y"], b"z"), plain) == plain("x", ["y"], b"z")
    for value in (nullable(None, [], b""), nullable("", [None], b""), nullable("", [], None)):
        with pytest.raises(HazelcastSerializationError, match="annotation does not allow"):
            moved(value, plain)


def test_bytes_of_an_array_of_nullable_numbers():
    boxed = version("V", ("a", list[Annotated[int, FieldKind.INT8] | None]))
    raw = version("V", ("a", bytes))
    assert moved(boxed([1, -1]), raw) == raw(b"\x01\xff")
    with pytest.raises(HazelcastSerializationError, match="annotation does not allow"):
        moved(boxed([1, None]), raw)


def test_another_kind():
    for hint in (str, Annotated[int, FieldKind.INT32], float, list[int]):
        new = version("V", ("a", hint, field(default=None)), ("b", str, ""))
        with pytest.raises(HazelcastSerializationError, match=r"'a' .* is INT64 and") as caught:
            moved(OLD(1, "x"), new)
        assert "FieldKind.INT64" in caught.value.hint


def test_what_the_class_raises():
    @dataclass
    class V:
        a: int
        b: str

        def __post_init__(self):
            raise ValueError("never")

    with pytest.raises(HazelcastSerializationError, match="raised ValueError: never") as caught:
        moved(OLD(1, "x"), V)
    assert isinstance(caught.value.__cause__, ValueError)


# Reading


def test_a_class_is_known_when_it_was_written_or_registered():
    writer = SerializationService()
    data = writer.to_data(Node(1))
    reader = SerializationService()
    for schema in writer.schemas.by_id.values():
        reader.schemas.known(schema)
    assert reader.to_object(data) == GenericRecord(
        "Node",
        {"value": FieldKind.INT64, "next": FieldKind.COMPACT, "others": FieldKind.ARRAY_OF_COMPACT},
        {"value": 1, "others": []},
    )
    reader.to_data(Node(5))
    assert reader.to_object(data) == Node(1)


def test_parts_of_a_known_class_are_known():
    writer = SerializationService()
    data = writer.to_data(ITEM)
    for reader in (
        SerializationService(compact_serializers=[Everything]),
        SerializationService(),
    ):
        for schema in writer.schemas.by_id.values():
            reader.schemas.known(schema)
        reader.to_data(FULL)
        assert reader.to_object(data) == ITEM


class PlainSerializer(CompactSerializer):
    def get_class(self):
        return Plain

    def get_type_name(self):
        return "plain"

    def write(self, writer, obj):
        writer.write_int32("a", obj.a)

    def read(self, reader):
        made = Plain()
        made.a = reader.read_int32("a")
        return made


def test_a_class_with_a_serializer_inside_of_a_dataclass():
    holder = make_dataclass(
        "Holder",
        [
            ("plain", Annotated[Plain, FieldKind.COMPACT]),
            ("plains", list[Annotated[Plain, FieldKind.COMPACT] | None]),
        ],
    )
    service = SerializationService(compact_serializers=[PlainSerializer()])
    plain = Plain()
    plain.a = 5
    read = service.to_object(service.to_data(holder(plain, [None, plain])))
    assert (read.plain.a, read.plains[0], read.plains[1].a) == (5, None, 5)
    with pytest.raises(HazelcastSerializationError, match="COMPACT"):
        SerializationService().to_data(holder(plain, []))


def test_a_subclass_in_a_field_stays_what_it_is():
    holder = make_dataclass("Holder", [("base", Base)])
    service = SerializationService()
    value = holder(Derived(1))
    assert service.to_object(service.to_data(value)) == value
