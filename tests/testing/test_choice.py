# SPDX-License-Identifier: Apache-2.0
"""Which messages, members and clients a fault chooses, and what cannot be chosen."""

from __future__ import annotations

import json
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridwire.hazelcast.protocol.messages import client as client_messages
from gridwire.hazelcast.protocol.messages import map as messages
from gridwire.testing import ClusterOptionError, faults
from gridwire.testing._hazelcast.choice import Choice, matches_client
from gridwire.testing._hazelcast.fault_specs import DAMAGES, MIGRATION_ANSWERS, FaultSpec

ADA = uuid.UUID(int=1)
BOB = uuid.UUID(int=2)


def test_names_choose_types():
    chosen = Choice(requests=("Map.Put",), answers=("Map.Put*",), events=("Map.IMap*",)).types()
    assert messages.PUT.request_type in chosen
    assert {messages.PUT.response_type, messages.PUT_ALL.response_type} <= chosen
    assert {event.type for event in messages.ADD_NEAR_CACHE_INVALIDATION_LISTENER.events} <= chosen
    assert messages.PUT_ALL.request_type not in chosen
    assert messages.GET.response_type not in chosen
    assert 0 not in chosen


def test_errors_are_chosen_with_all_answers():
    assert 0 in Choice(answers=("*",)).types()
    assert 0 not in Choice(answers=("Map.*",), requests=("*",)).types()


@pytest.mark.parametrize(
    ("name", "event"),
    [
        (faults.BACKUP_ACKS, client_messages.LOCAL_BACKUP_LISTENER.events[0]),
        (faults.ENTRY_EVENTS, messages.ADD_ENTRY_LISTENER.events[0]),
        (faults.INVALIDATIONS[0], messages.ADD_NEAR_CACHE_INVALIDATION_LISTENER.events[0]),
        (faults.INVALIDATIONS[1], messages.ADD_NEAR_CACHE_INVALIDATION_LISTENER.events[1]),
        (faults.VIEWS[0], client_messages.ADD_CLUSTER_VIEW_LISTENER.events[0]),
        (faults.VIEWS[1], client_messages.ADD_CLUSTER_VIEW_LISTENER.events[1]),
    ],
)
def test_names_of_usual_events(name, event):
    assert event.type in Choice(events=(name,)).types()


def test_heartbeats():
    assert Choice(requests=(faults.HEARTBEATS,)).types() == {client_messages.PING.request_type}


@pytest.mark.parametrize(
    ("choice", "text", "hint"),
    [
        (Choice(requests=("Map.Putt",)), "no request is named 'Map.Putt'", "Map.Put "),
        (Choice(answers=("put",)), "no answer is named 'put'", "Do you mean Map.Put?"),
        (Choice(answers=("zzz",)), "no answer is named 'zzz'", "Names are like Map.Put."),
        (Choice(events=("Map.Put",)), "no event is named 'Map.Put'", ""),
    ],
)
def test_names_of_nothing_are_told_at_once(choice, text, hint):
    with pytest.raises(ClusterOptionError) as caught:
        choice.types()
    assert caught.value.message == text
    assert hint in caught.value.hint


@pytest.mark.parametrize(
    ("patterns", "name", "fits"),
    [
        (("reader",), "reader", True),
        (("read*", "x"), "reader", True),
        (("writer",), "reader", False),
        ((str(ADA),), "reader", True),
        ((str(BOB),), "reader", False),
        ((), "reader", False),
        (("*",), None, True),
        (("*",), "reader", True),
    ],
)
def test_clients_by_name_and_uuid(patterns, name, fits):
    assert matches_client(patterns, name, ADA if name else None) is fits


def test_members_and_clients():
    choice = Choice(members=(str(ADA),), clients=("reader",))
    assert choice.looks_at(ADA, "reader", None)
    assert not choice.looks_at(BOB, "reader", None)
    assert not choice.looks_at(ADA, "writer", None)
    assert not choice.looks_at(ADA, None, None)
    assert Choice().looks_at(BOB, None, None)


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"kind": "delay"}, "delay needs to know which messages"),
        ({"kind": "drop", "choice": Choice(clients=("a",))}, "drop needs to know which messages"),
        ({"kind": "delay", "seconds": -1}, "seconds is from 0 to 3600"),
        ({"kind": "delay", "seconds": float("nan")}, "seconds is from 0 to 3600, not nan"),
        ({"kind": "delay", "seconds": "1"}, "seconds is from 0 to 3600, not '1'"),
        ({"kind": "delay", "seconds": True}, "seconds is from 0 to 3600, not True"),
        ({"kind": "slow_drip", "size": 0}, "size is a number of at least 1"),
        ({"kind": "pause", "choice": Choice(skip=-1)}, "skip is a number of at least 0"),
        ({"kind": "pause", "choice": Choice(times=0)}, "times is a number of at least 1"),
        ({"kind": "garble", "how": "x"}, "how is one of length, type, correlation, noise, cut"),
        ({"kind": "migration", "how": "x"}, "answer is one of wait, migrating, wrong_target"),
        ({"kind": "partition"}, "a partition needs two groups or more"),
        (
            {"kind": "partition", "groups": (((str(ADA),), ()), ((str(ADA),), ("x",)))},
            "a member cannot be on two sides of a partition",
        ),
        ({"kind": "fire"}, "not a fault: 'fire'"),
    ],
)
def test_faults_that_cannot_be(fields, text):
    with pytest.raises(ClusterOptionError, match=text):
        FaultSpec(**fields)


@pytest.mark.parametrize("fields", [{}, {"kind": "pause"}, {"kind": "x", "choice": {"y": 1}}])
def test_what_is_no_fault_in_json(fields):
    with pytest.raises(ClusterOptionError, match="not a fault"):
        FaultSpec.from_json(fields)


texts = st.text(max_size=9)
choices = st.builds(
    Choice,
    requests=st.lists(st.sampled_from(["Map.Put", "Map.*"])).map(tuple),
    answers=st.just(("Map.*",)),
    events=st.lists(st.just("Map.Entry")).map(tuple),
    members=st.none() | st.lists(texts).map(tuple),
    clients=st.none() | st.lists(texts).map(tuple),
    skip=st.integers(0, 9),
    times=st.none() | st.integers(1, 9),
)
sides = st.tuples(st.just(()), st.lists(texts).map(tuple))
specs = st.one_of(
    st.builds(FaultSpec, st.just("delay"), choices, seconds=st.none() | st.floats(0, 60)),
    st.builds(FaultSpec, st.just("drop"), choices),
    st.builds(FaultSpec, st.just("garble"), choices, how=st.sampled_from(DAMAGES)),
    st.builds(FaultSpec, st.just("partition"), groups=st.tuples(sides, sides)),
    st.builds(
        FaultSpec,
        st.just("migration"),
        how=st.sampled_from(MIGRATION_ANSWERS),
        partitions=st.lists(st.integers(0, 270)).map(tuple),
        to=st.none() | texts,
    ),
)


@given(spec=specs)
def test_faults_go_through_a_pipe(spec):
    assert FaultSpec.from_json(json.loads(json.dumps(spec.to_json()))) == spec
