# SPDX-License-Identifier: Apache-2.0
"""Two connections that are opened to one member at a time: one of them is set up, and used."""

from __future__ import annotations

import contextlib
import queue

from gridwire.hazelcast.protocol.messages import map as messages
from gridwire.hazelcast.serialization.service import SerializationService
from support.diary import Diary
from support.scripted_connection import joined

EVENT = messages.ADD_ENTRY_LISTENER.events[0]
ADDED = 1


def two_ways(styles, scripted, heard: Diary):
    """A client that waits for its listener on a member, and finds the same member anew."""
    cluster = scripted(2)
    states = Diary()
    client = styles.client(
        cluster,
        cluster_members=cluster.addresses,
        shuffle_member_list=False,
        lifecycle_listeners=[states],
    )
    states.until("CONNECTED")
    styles.call(client.map().add_entry_listener, added_func=heard)
    gone, stays = cluster.members
    held = stays.hold("Map.AddEntryListener")
    stays.connections[0].close()
    first = held.next()
    gone.kill()
    # The last connection that was in use is lost: members are looked for at all addresses.
    states.until("DISCONNECTED")
    cluster.wait_until(lambda: len(stays.seen("Client.Authentication")) == 3)
    with contextlib.suppress(queue.Empty):
        held.next(0.3)
    return stays, first, states


def test_a_listener_hears_each_event_once(styles_and_uvloop, scripted) -> None:
    styles, heard = styles_and_uvloop, Diary()
    stays, first, states = two_ways(styles, scripted, heard)
    key = SerializationService().to_data(7)
    # The member tells whoever is registered there.
    for request in stays.seen("Map.AddEntryListener")[1:]:
        request.connection.write(event(request.correlation, key, stays))
    stays.behave("Map.AddEntryListener")
    first.answer_as_usual()
    states.until("CONNECTED")
    assert heard.next().key == 7
    second = stays.seen("Client.Authentication")[2].connection
    assert second.closed.wait(10)
    assert stays.connections == [first.connection]
    assert heard.empty
    assert len(stays.seen("Map.AddEntryListener")) == 2


def test_when_the_first_fails_the_second_is_set_up(styles, scripted) -> None:
    heard = Diary()
    stays, first, states = two_ways(styles, scripted, heard)
    stays.behave("Map.AddEntryListener")
    first.connection.close()
    states.until("CONNECTED")
    second = stays.seen("Client.Authentication")[2].connection
    assert stays.connections == [second]
    registered = stays.seen("Map.AddEntryListener")[-1]
    assert registered.connection is second
    key = SerializationService().to_data(8)
    second.write(event(registered.correlation, key, stays))
    assert heard.next().key == 8


def event(correlation: int, key: bytes, member) -> bytes:
    """An entry was added."""
    return joined(
        EVENT.encode(correlation, -1, bytes(key), bytes(key), None, None, ADDED, member.uuid, 1)
    )
