# SPDX-License-Identifier: Apache-2.0
"""Views follow each other by their versions, and a view says what is new in it."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridwire.hazelcast.cluster.views import MembersView, PartitionsView, member_of
from gridwire.hazelcast.core import Address, EndpointQualifier, MemberVersion, ProtocolType
from support.infos import Qualifier, info, place, uuid

MEMBER = EndpointQualifier(ProtocolType.MEMBER, None)
CLIENT = EndpointQualifier(ProtocolType.CLIENT, None)
PUBLIC = EndpointQualifier(ProtocolType.CLIENT, "public")


# -- one member -----------------------------------------------------------------------------------


def test_a_member_as_users_see_it():
    member = member_of(info(7, attributes={"rack": "b"}, lite_member=True))
    assert member.address == Address("10.0.0.7", 5701)
    assert member.uuid == uuid(7)
    assert dict(member.attributes) == {"rack": "b"}
    assert member.lite_member
    assert member.version == MemberVersion(5, 7, 0)


@pytest.mark.parametrize("nothing", [None, {}])
def test_a_member_that_tells_one_address_alone(nothing: object):
    member = member_of(info(1, address_map=nothing))
    assert member.address == Address("10.0.0.1", 5701)
    assert dict(member.address_map) == {MEMBER: member.address}


def test_the_address_is_the_one_for_clients():
    """A member may keep its members' socket apart from that for clients."""
    sockets = {
        Qualifier(0): place("10.0.0.1", 5701),
        Qualifier(1, "public"): place("203.0.113.9", 5701),
        Qualifier(1): place("10.0.1.1", 9000),
        Qualifier(3): place("10.0.0.1", 8080),
    }
    member = member_of(info(1, address_map=sockets))
    assert member.address == Address("10.0.1.1", 9000)
    assert dict(member.address_map) == {
        MEMBER: Address("10.0.0.1", 5701),
        PUBLIC: Address("203.0.113.9", 5701),
        CLIENT: Address("10.0.1.1", 9000),
        EndpointQualifier(3, None): Address("10.0.0.1", 8080),
    }


def test_without_one_for_clients_it_is_the_one_for_members():
    sockets = {Qualifier(2): place("10.9.9.9", 1), Qualifier(0): place("10.0.2.1", 5702)}
    assert member_of(info(1, address_map=sockets)).address == Address("10.0.2.1", 5702)


def test_with_neither_it_is_the_one_that_was_told():
    sockets = {Qualifier(2): place("10.9.9.9", 1), Qualifier(77, "new"): place("10.9.9.9", 2)}
    member = member_of(info(1, address_map=sockets))
    assert member.address == Address("10.0.0.1", 5701)
    assert EndpointQualifier(77, "new") in member.address_map


# -- members --------------------------------------------------------------------------------------


def view_of(version: int, *numbers: int) -> MembersView:
    view = MembersView().after(version, map(info, numbers))
    assert view is not None
    return view


def test_the_first_view_is_empty_and_older_than_all():
    assert MembersView().members == ()
    assert view_of(0, 1).version == 0


def test_members_keep_the_order_of_the_cluster():
    assert [member.uuid for member in view_of(1, 3, 1, 2).members] == [uuid(3), uuid(1), uuid(2)]


@pytest.mark.parametrize(("version", "news"), [(4, False), (5, False), (6, True), (60, True)])
def test_only_a_higher_version_is_news(version: int, news: bool):
    before = view_of(5, 1)
    after = before.after(version, [info(2)])
    assert (after is not None) == news
    assert [member.uuid for member in before.members] == [uuid(1)]


def test_a_view_does_not_change():
    with pytest.raises(FrozenInstanceError):
        view_of(1, 1).version = 2  # type: ignore[misc]


def test_members_are_found_by_uuid():
    view = view_of(1, 1, 2)
    assert view.find(uuid(2)) is view.members[1]
    assert view.find(uuid(3)) is None
    assert view.find(None) is None


def test_who_came_and_who_left_in_their_orders():
    gone, joined = view_of(1, 1, 2, 3, 4).changes(view_of(2, 5, 3, 1, 6))
    assert [member.uuid for member in gone] == [uuid(2), uuid(4)]
    assert [member.uuid for member in joined] == [uuid(5), uuid(6)]


def test_a_new_address_is_a_new_member():
    old, new = view_of(1, 1), MembersView().after(2, [info(1, port=5702)])
    assert new is not None
    gone, joined = old.changes(new)
    assert [member.address.port for member in gone] == [5701]
    assert [member.address.port for member in joined] == [5702]


@given(st.lists(st.integers(1, 9), unique=True), st.lists(st.integers(1, 9), unique=True))
def test_changes_lead_from_one_view_to_the_other(before: list[int], after: list[int]):
    old, new = view_of(1, *before), view_of(2, *after)
    gone, joined = old.changes(new)
    assert set(old.members) - set(gone) | set(joined) == set(new.members)
    assert not set(gone) & set(new.members)
    assert not set(joined) & set(old.members)
    assert old.changes(old) == ([], [])


# -- partitions -----------------------------------------------------------------------------------

A, B = object(), object()
TABLE = [(uuid(1), [0, 2]), (uuid(2), [1])]


def test_owners_by_partition():
    view = PartitionsView().after(0, A, TABLE)
    assert view is not None
    assert dict(view.owners) == {0: uuid(1), 1: uuid(2), 2: uuid(1)}
    assert (view.version, view.source) == (0, A)
    with pytest.raises(TypeError):
        view.owners[0] = uuid(9)  # type: ignore[index]


@pytest.mark.parametrize(
    ("source", "version", "news"),
    [(A, 4, False), (A, 5, False), (A, 6, True), (B, 4, True), (B, 5, True), (B, 6, True)],
)
def test_versions_count_for_one_teller(source: object, version: int, news: bool):
    before = PartitionsView().after(5, A, TABLE)
    assert before is not None
    after = before.after(version, source, [(uuid(3), [0])])
    assert (after is not None) == news
    if after is not None:
        assert (after.version, after.source) == (version, source)
        assert dict(after.owners) == {0: uuid(3)}


@pytest.mark.parametrize("table", [[], [(uuid(1), [])]])
def test_an_empty_table_is_no_news(table: list[tuple[object, list[int]]]):
    """Before the cluster has arranged its partitions, members tell that nobody owns any."""
    before = PartitionsView().after(5, A, TABLE)
    assert before is not None
    assert before.after(6, A, table) is None  # type: ignore[arg-type]
    assert before.after(6, B, table) is None  # type: ignore[arg-type]


def test_nothing_is_known_at_first():
    assert PartitionsView() == PartitionsView(-1, None, {})
