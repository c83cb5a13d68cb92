# SPDX-License-Identifier: Apache-2.0
"""A connection that is gone takes its registrations with it, and only its own."""

from __future__ import annotations

from typing import Any

import pytest

from gridwire._core.request import Request
from gridwire.hazelcast.cluster.listeners import Listener, ListenerTable, Registration
from support.infos import Connection, uuid


def registration(name: str, table: ListenerTable) -> Registration:
    made = Registration(
        name,
        Listener(
            lambda: Request("Map.AddEntryListener", bytearray(), bytes),
            lambda member_id: Request("Map.RemoveEntryListener", bytearray(), bytes),
            lambda message: None,
        ),
        began=0.0,
    )
    table.registrations[name] = made
    return made


@pytest.fixture
def table() -> ListenerTable:
    return ListenerTable()


def place(table: ListenerTable, one: Registration, connection: Any, correlation: int) -> None:
    table.by_correlation[correlation] = one.listener.handle
    table.placed(one, connection, correlation, uuid(correlation))


def test_a_registration_knows_where_it_stands(table: ListenerTable):
    one = registration("a", table)
    first, second = Connection(1), Connection(2)
    assert one.places == {}
    place(table, one, first, 5)
    place(table, one, second, 6)
    assert one.places == {first: (5, uuid(5)), second: (6, uuid(6))}


def test_each_request_is_made_anew(table: ListenerTable):
    one = registration("a", table)
    assert one.listener.add() is not one.listener.add()
    assert one.listener.remove is not None
    assert one.listener.remove(uuid(1)).operation == "Map.RemoveEntryListener"


def test_a_lost_connection_takes_its_registrations(table: ListenerTable):
    one, two = registration("a", table), registration("b", table)
    first, second = Connection(1), Connection(2)
    place(table, one, first, 5)
    place(table, two, first, 6)
    place(table, one, second, 7)
    table.connection_lost(first)
    assert one.places == {second: (7, uuid(7))}
    assert two.places == {}
    assert table.by_correlation == {7: one.listener.handle}
    assert list(table.registrations) == ["a", "b"]
    table.connection_lost(first)
    table.connection_lost(Connection(9))
    assert table.by_correlation == {7: one.listener.handle}


def test_a_registration_that_was_never_placed_there(table: ListenerTable):
    one = registration("a", table)
    table.connection_lost(Connection(1))
    assert one.places == {}
