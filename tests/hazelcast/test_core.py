# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import copy
import pickle
from uuid import UUID

import hazelcast.core as official
import pytest

from gridwire.hazelcast import core
from gridwire.hazelcast.core import (
    Address,
    DistributedObjectEvent,
    DistributedObjectEventType,
    DistributedObjectInfo,
    EndpointQualifier,
    HazelcastJsonValue,
    MapEntry,
    MemberInfo,
    MemberVersion,
    ProtocolType,
    SimpleEntryView,
)

UUID_1, UUID_2 = UUID(int=1), UUID(int=2)
ADDRESS = Address("10.0.0.1", 5701)
CLIENT = EndpointQualifier(ProtocolType.CLIENT, "public")
MEMBER = MemberInfo(
    ADDRESS, UUID_1, {"zone": "a"}, False, MemberVersion(5, 3, 8), None, {CLIENT: ADDRESS}
)
VIEW = SimpleEntryView("k", "v", *range(10))

VALUES = [
    ADDRESS,
    CLIENT,
    MEMBER,
    MemberVersion(5, 3, 8),
    DistributedObjectInfo("hz:impl:mapService", "m"),
    DistributedObjectEvent("m", "s", DistributedObjectEventType.CREATED, UUID_1),
    VIEW,
    HazelcastJsonValue({"a": 1}),
    MapEntry("k", "v"),
]
by_type = pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)


@by_type
def test_values_are_equal_to_their_copies_and_hash_alike(value: object):
    for each in (pickle.loads(pickle.dumps(value)), copy.copy(value), copy.deepcopy(value)):
        assert type(each) is type(value)
        assert each == value
        assert hash(each) == hash(value)
        assert repr(each) == repr(value)


@by_type
def test_values_are_not_equal_to_other_things(value: object):
    assert [each for each in VALUES if each == value] == [value]
    assert value != object()
    assert value != repr(value)


@by_type
def test_values_are_immutable(value: object):
    name = "_json_string" if isinstance(value, HazelcastJsonValue) else dir(value)[-1]
    before = repr(value)
    with pytest.raises(AttributeError):
        setattr(value, name, 1)
    with pytest.raises(AttributeError):
        delattr(value, name)
    assert repr(value) == before


@by_type
def test_attributes_have_the_names_of_the_official_client(value: object):
    theirs = getattr(official, type(value).__name__)
    arguments = {
        "Address": ("h", 1),
        "EndpointQualifier": (1, None),
        "MemberInfo": (None, None, None, None, None, None, None),
        "MemberVersion": (1, 2, 3),
        "DistributedObjectInfo": ("s", "n"),
        "DistributedObjectEvent": ("n", "s", "CREATED", None),
        "SimpleEntryView": range(12),
        "HazelcastJsonValue": ("1",),
        "MapEntry": (1, 2),
    }[theirs.__name__]
    names = [name for name in dir(theirs(*arguments)) if not name.startswith("_")]
    assert [name for name in names if not hasattr(value, name)] == []
    type(value)(*arguments)  # the constructor takes the same


def test_constants_equal_the_official_ones():
    for cls in ("ProtocolType", "DistributedObjectEventType"):
        theirs = getattr(official, cls)
        ours = getattr(core, cls)
        assert {each.name: each.value for each in ours} == {
            name: value for name, value in vars(theirs).items() if name.isupper()
        }


@pytest.mark.parametrize(
    ("address", "text"),
    [(ADDRESS, "10.0.0.1:5701"), (Address("::1", 5701), "[::1]:5701"), (Address("h", 0), "h:0")],
)
def test_an_address_prints_as_it_is_written(address: Address, text: str):
    assert str(address) == text


def test_versions_can_be_compared():
    assert MemberVersion(5, 3, 8) < MemberVersion(5, 10, 0) < MemberVersion(6, 0, 0)
    assert str(MemberVersion(5, 3, 8)) == "5.3.8"


def test_a_member_is_known_by_address_and_uuid():
    same = MemberInfo(ADDRESS, UUID_1, None, True, MemberVersion(4, 0, 0))
    assert same == MEMBER
    assert hash(same) == hash(MEMBER)
    assert same != MemberInfo(ADDRESS, UUID_2, None, True, MemberVersion(4, 0, 0))
    assert same != MemberInfo(Address("h", 1), UUID_1, None, True, MemberVersion(4, 0, 0))
    assert (dict(same.attributes), dict(same.address_map)) == ({}, {})


def test_a_member_does_not_share_the_dicts_it_is_made_of():
    attributes = {"zone": "a"}
    member = MemberInfo(ADDRESS, UUID_1, attributes, False, MemberVersion(5, 0, 0))
    attributes["zone"] = "b"
    assert member.attributes["zone"] == "a"
    with pytest.raises(TypeError):
        member.attributes["zone"] = "c"  # type: ignore[index]


def test_a_copied_member_keeps_all_of_it():
    received = pickle.loads(pickle.dumps(MEMBER))
    for name in ("attributes", "lite_member", "version", "address_map"):
        assert getattr(received, name) == getattr(MEMBER, name)


def test_a_member_prints_like_the_official_one():
    lite = MemberInfo(ADDRESS, UUID_1, {}, True, MemberVersion(5, 0, 0))
    theirs = official.MemberInfo(ADDRESS, UUID_1, {}, True, None, None, {})
    assert str(lite) == str(theirs)
    assert str(MEMBER) == f"Member [10.0.0.1]:5701 - {UUID_1}"


def test_an_entry_view_has_its_twelve_fields_in_order():
    assert [getattr(VIEW, name) for name in SimpleEntryView.__dataclass_fields__] == [
        "k",
        "v",
        *range(10),
    ]


def test_generic_values_can_be_made_through_their_parameters():
    assert SimpleEntryView[str, str]("k", "v", *range(10)) == VIEW
    assert MapEntry[str, int]("k", 1) == MapEntry("k", 1)
    assert (MapEntry().key, MapEntry().value) == (None, None)


def test_a_value_that_cannot_be_hashed_makes_an_entry_that_cannot():
    assert MapEntry("k", [1]) == MapEntry("k", [1])
    with pytest.raises(TypeError):
        hash(MapEntry("k", [1]))


@pytest.mark.parametrize("value", ["{}", '{"a": [1, null]}', "not json", ""])
def test_a_json_text_is_kept_as_it_is(value: str):
    assert HazelcastJsonValue(value).to_string() == value
    assert repr(HazelcastJsonValue(value)) == repr(official.HazelcastJsonValue(value))


@pytest.mark.parametrize("value", [{"a": "é"}, [1, 2.5], 7, True, []])
def test_an_object_becomes_the_json_that_the_official_client_makes(value: object):
    ours = HazelcastJsonValue(value)
    assert ours.to_string() == official.HazelcastJsonValue(value).to_string()
    assert ours.loads() == value


def test_json_refuses_what_is_none_of_it():
    with pytest.raises(AssertionError):
        HazelcastJsonValue(None)
    with pytest.raises(TypeError):
        HazelcastJsonValue({1, 2})
    with pytest.raises(ValueError, match="Expecting value"):
        HazelcastJsonValue("not json").loads()
