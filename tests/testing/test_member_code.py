# SPDX-License-Identifier: Apache-2.0
"""Entry processors, functions and interceptors: what members do with code of the program."""

from __future__ import annotations

from random import Random

import pytest

from gridwire.hazelcast import predicate
from gridwire.hazelcast.protocol.messages import client as client_messages
from gridwire.hazelcast.protocol.messages import map as messages
from gridwire.hazelcast.serialization.data import partition_of
from gridwire.hazelcast.serialization.service import SerializationService
from gridwire.testing._hazelcast import interceptors
from gridwire.testing._hazelcast.objects import MAP_SERVICE
from gridwire.testing._hazelcast.options import ClusterOptions
from gridwire.testing._hazelcast.registrations import ADDED, EVICTED, REMOVED, UPDATED
from gridwire.testing._hazelcast.state import ClusterState
from gridwire.testing.errors import ClusterOptionError
from support.hazelcast_wire import Failure, MemoryWire, int_data, keys_of, text_data
from support.member_code import (
    FACTORIES,
    NAMES,
    Append,
    FailOnBad,
    Grow,
    Join,
    Mark,
    Odd,
    Raise,
    Remove,
    Shout,
    Thing,
    Touch,
    sent,
)

K, K2, ABSENT = int_data(1), int_data(2), int_data(77)
T = 1
PROCESSOR = "com.hazelcast.map.EntryProcessor"


class Client:
    """A client that names things by Python objects, with a listener and a near cache."""

    def __init__(self, members=3, **options) -> None:
        options.setdefault("data_serializable_factories", FACTORIES)
        options["properties"] = {"hazelcast.map.invalidation.batch.enabled": "false"}
        self.now = 1_700_000_000.0
        self.state = ClusterState(
            ClusterOptions("blue", members=members, **options),
            clock=lambda: self.now,
            random=Random(3),
        )
        for port in range(members):
            self.state.join("127.0.0.1", 5701 + port)
        self.wire = MemoryWire(self.state, self.state.members[0]).enter()
        self.listener = MemoryWire(self.state, self.state.members[1]).enter()
        self.listen()
        self.service = SerializationService(data_serializable_factories=FACTORIES)

    def listen(self) -> None:
        self.listener.call(messages.ADD_ENTRY_LISTENER, "m", True, 1023, False)
        message = messages.ADD_NEAR_CACHE_INVALIDATION_LISTENER
        self.listener.call(message, "m", 256, False)

    def data(self, value):
        return None if value is None else bytes(self.service.to_data(value))

    def plain(self, value):
        if isinstance(value, list):
            return sorted((self.plain(one) for one in value), key=str)
        if isinstance(value, tuple):
            return tuple(self.plain(one) for one in value)
        return self.service.to_object(value) if isinstance(value, bytes) else value

    def on_key(self, message, *values, key=1):
        """Value and acks of a message that names a key."""
        values = [self.data(one) if isinstance(one, str) else one for one in values]
        value, acks = self.wire.on_key(message, "m", self.data(key), *values, aware=True)
        return self.plain(value), acks

    def on_all(self, message, *values, partition_id=-1):
        reply = self.wire.call(message, "m", *values, partition_id=partition_id, aware=True)
        return self.plain(reply.value)

    def process(self, code, key=1, message=messages.EXECUTE_ON_KEY, thread=T):
        data = self.data(key)
        partition = partition_of(data, 271)
        value, acks = self.wire.call(
            message, "m", code, data, thread, partition_id=partition, aware=True
        )
        return self.plain(value), acks

    def set(self, value, key=1):
        return self.on_key(messages.SET, value, T, -1, key=key)

    def get(self, key=1):
        return self.on_key(messages.GET, T, key=key)[0]

    def heard(self):
        """Kind, key, value and old value of events, and how many invalidations came."""
        heard = self.listener.heard()
        entries = [one.fields for one in heard if one.name == "Entry"]
        events = [
            tuple(map(self.plain, (one.event_type, one.key, one.value, one.old_value)))
            for one in entries
        ]
        return events, len(heard) - len(entries)

    def entries(self):
        return self.on_all(messages.ENTRY_SET)


@pytest.fixture
def client():
    return Client()


# -- entry processors -----------------------------------------------------------------------------


@pytest.mark.parametrize("message", [messages.EXECUTE_ON_KEY, messages.SUBMIT_TO_KEY])
def test_a_processor_reads_and_writes_an_entry(client, message):
    assert client.process(sent(Append, "x"), message=message) == (None, 1)
    assert client.heard() == ([(ADDED, 1, "x", None)], 1)
    assert client.process(sent(Append, "y"), message=message) == ("x", 1)
    # What is set is written, also if it is what was there.
    assert client.process(sent(Append, ""), message=message) == ("xy", 1)
    assert client.heard() == ([(UPDATED, 1, "xy", "x"), (UPDATED, 1, "xy", "xy")], 2)
    assert client.get() == "xy"


def test_a_processor_that_only_looks_is_acknowledged_too(client):
    client.set("a")
    client.heard()
    assert client.process(sent(Touch)) == (1, 1)
    assert client.process(sent(Touch), 2) == (None, 1)
    assert client.heard() == ([], 0)


def test_a_processor_removes_with_none(client):
    client.set("a")
    client.heard()
    assert client.process(sent(Remove)) == (True, 1)
    assert client.heard() == ([(REMOVED, 1, None, "a")], 1)
    assert client.process(sent(Remove)) == (False, 1)
    assert client.heard() == ([], 0)
    assert client.get() is None


def test_backups_follow_and_outlive_the_owner(client):
    client.process(sent(Append, "x"))
    owner = client.state.table[partition_of(K, 271)].owner
    client.state.kill(owner)
    other = MemoryWire(client.state, client.state.members[0]).enter()
    assert other.on_key(messages.GET, "m", K, T).value == text_data("x")


def test_what_a_processor_writes_has_no_limit(client):
    client.on_key(messages.SET, "a", T, 3_600_000)
    client.process(sent(Append, "x"))
    view = client.wire.on_key(messages.GET_ENTRY_VIEW, "m", K, T).value.response
    assert (view.ttl, view.version) == (2**63 - 1, 1)


def test_what_has_expired_is_not_there_for_a_processor(client):
    client.on_key(messages.SET, "a", T, 1000)
    client.now += 5
    assert client.process(sent(Append, "x")) == (None, 1)
    client.on_key(messages.SET, "b", T, 1000)
    client.now += 5
    assert client.on_all(messages.EXECUTE_ON_KEYS, sent(Append, "y"), [K]) == []
    client.on_key(messages.SET, "c", T, 1000)
    client.now += 5
    assert client.on_all(messages.EXECUTE_ON_ALL_KEYS, sent(Append, "z")) == []
    assert client.get() is None


def test_processors_of_several_keys(client):
    client.set("a")
    client.heard()
    keys = [K, K2, K2]
    assert client.on_all(messages.EXECUTE_ON_KEYS, sent(Append, "k"), keys) == [(1, "a")]
    events, stale = client.heard()
    assert sorted(events, key=str) == [(ADDED, 2, "k", None), (UPDATED, 1, "ak", "a")]
    assert stale == 2
    assert client.on_all(messages.EXECUTE_ON_KEYS, sent(Touch), [K, ABSENT]) == [(1, 1)]
    removed = client.on_all(messages.EXECUTE_ON_KEYS, sent(Remove), [K, ABSENT])
    assert removed == [(1, True), (77, False)]
    assert client.on_all(messages.EXECUTE_ON_KEYS, sent(Raise, "ValueError"), []) == []


def test_processors_of_all_entries_and_of_those_that_pass_a_predicate(client):
    for number in range(4):
        client.set(str(number), number)
    all_of_them = client.on_all(messages.EXECUTE_ON_ALL_KEYS, sent(Append, "z"))
    assert all_of_them == [(number, str(number)) for number in range(4)]
    large = client.data(predicate.greater("__key", 1))
    some = client.on_all(messages.EXECUTE_WITH_PREDICATE, sent(Append, "p"), large)
    assert some == [(2, "2z"), (3, "3z")]
    none = client.data(predicate.false())
    assert client.on_all(messages.EXECUTE_WITH_PREDICATE, sent(Append, "p"), none) == []
    assert client.entries() == [(0, "0z"), (1, "1z"), (2, "2zp"), (3, "3zp")]


def test_only_processors_of_one_key_wait_for_its_lock(client):
    client.set("a")
    client.on_key(messages.LOCK, 9, -1, 101)
    with pytest.raises(ConnectionError):
        client.process(sent(Append, "w"))
    with pytest.raises(ConnectionError):
        client.process(sent(Append, "v"), message=messages.SUBMIT_TO_KEY)
    assert client.on_all(messages.EXECUTE_ON_KEYS, sent(Append, "k"), [K]) == [(1, "a")]
    assert client.on_all(messages.EXECUTE_ON_ALL_KEYS, sent(Append, "l")) == [(1, "ak")]
    assert client.process(sent(Append, "o"), thread=9) == ("akl", 1)
    client.on_key(messages.UNLOCK, 9, 102)
    assert client.get() == "aklowv"


def test_removing_all_is_done_as_a_processor_would(client):
    for number in range(4):
        client.set(str(number), number)
    client.on_key(messages.LOCK, 9, -1, 101)
    client.heard()
    client.on_all(messages.REMOVE_ALL, client.data(predicate.less("__key", 3)))
    assert sorted(client.heard()[0]) == [(REMOVED, key, None, str(key)) for key in range(3)]
    assert client.entries() == [(3, "3")]


# -- what goes wrong ------------------------------------------------------------------------------

RAISED = [
    ("NotImplementedError", 61, "java.lang.UnsupportedOperationException"),
    ("RuntimeError", 27, "java.lang.IllegalStateException"),
    ("ValueError", 23, "java.lang.IllegalArgumentException"),
    ("TypeError", 10, "java.lang.ClassCastException"),
    ("AttributeError", 37, "java.lang.NullPointerException"),
    ("IndexError", 29, "java.lang.IndexOutOfBoundsException"),
    ("KeyError", 35, "java.util.NoSuchElementException"),
    ("ZeroDivisionError", 0, "java.lang.ArithmeticException"),
    ("TimeoutError", 54, "java.util.concurrent.TimeoutException"),
    ("OSError", 22, "java.io.IOException"),
    ("LookupError", 18, "com.hazelcast.core.HazelcastException"),
]


@pytest.mark.parametrize(("name", "code", "class_name"), RAISED, ids=[one[0] for one in RAISED])
def test_what_code_raises_becomes_the_nearest_java_exception(client, name, code, class_name):
    client.set("a")
    client.heard()
    for call in (
        lambda: client.process(sent(Raise, name)),
        lambda: client.process(sent(Raise, name), 2),
        lambda: client.on_all(messages.EXECUTE_ON_KEYS, sent(Raise, name), [K, K2]),
        lambda: client.on_all(messages.EXECUTE_ON_ALL_KEYS, sent(Raise, name)),
    ):
        with pytest.raises(Failure) as caught:
            call()
        assert (caught.value.code, caught.value.class_name) == (code, class_name)
        assert caught.value.message == "as it was told"
        assert caught.value.holders[0].stack_trace_elements
    assert client.heard() == ([], 0)
    assert client.get() == "a"


@pytest.mark.parametrize(
    ("data", "code", "text"),
    [
        (sent(Thing) + bytes(4), 10, f"member_code.Thing cannot be cast to class {PROCESSOR}"),
        (int_data(4), 10, f"class java.lang.Integer cannot be cast to class {PROCESSOR}"),
        (sent(type("Unknown", (Touch,), {"ID": 99})), 21, "namespace: 4712, classId: 99"),
        (sent(Touch, factory=999), 21, "No DataSerializerFactory registered for namespace: 999"),
        (sent(Append), 21, "namespace: 4712, classId: 1"),
        (b"\0\0\0\0\xff\xff\xff\xfe\x01", 21, ""),
        (bytes(8), 23, "Non-null Data field with null value"),
        (b"", 23, "Non-null Data field with null value"),
    ],
    ids=["thing", "int", "class", "factory", "short", "shorter", "null", "empty"],
)
def test_what_is_no_processor(client, data, code, text):
    with pytest.raises(Failure) as caught:
        client.process(data)
    assert caught.value.code == code
    assert text in caught.value.message


def test_code_that_makes_what_cannot_be_serialized(client):
    for stores in (False, True):
        with pytest.raises(Failure, match=r"^21 .*HazelcastSerializationException"):
            client.process(sent(Odd, stores))
    assert client.get() is None


def test_code_that_fails_is_begun_anew_once_and_leaves_what_it_did(client):
    # Real members do it so; the order of entries within a partition is not theirs.
    keys = [client.plain(key) for key in keys_of(5, 4)]
    for at, key in enumerate(keys):
        client.set("bad" if at == 2 else str(at), key)
    other = next(number for number in range(100) if number not in keys)
    client.set("x", other)
    client.heard()
    with pytest.raises(Failure, match=r"^0 java\.lang\.ArithmeticException: bad"):
        client.on_all(messages.EXECUTE_ON_ALL_KEYS, sent(FailOnBad))
    done = {key: client.get(key) for key in (*keys, other)}
    assert list(done.values()) == ["done", "done", "bad", "3", "done"]
    events, stale = client.heard()
    assert sorted(events) == sorted(
        [
            (UPDATED, other, "done", "x"),
            (UPDATED, keys[0], "done", "0"),
            (UPDATED, keys[0], "done", "done"),
            (UPDATED, keys[1], "done", "1"),
            (UPDATED, keys[1], "done", "done"),
        ]
    )
    assert stale == 5


def test_code_of_other_libraries_may_be_values(client):
    class Foreign:
        """What a class of another client library looks like."""

        def __init__(self) -> None:
            self.size = 0

        def get_factory_id(self):
            return 1000

        def get_class_id(self):
            return 1

        def read_data(self, inp):
            self.size = inp.read_int()

        def write_data(self, out):
            out.write_int(self.size)

    class ForeignGrow:
        def read_data(self, inp):
            pass

        def process(self, entry):
            thing = entry.value or Foreign()
            thing.size += 1
            entry.value = thing
            return thing.size

    other = Client(data_serializable_factories={1000: {1: Foreign, 2: ForeignGrow}})
    grow = sent(type("G", (Touch,), {"ID": 2}), factory=1000)
    assert [other.process(grow)[0] for _ in range(3)] == [1, 2, 3]
    assert client.process(sent(Grow))[0].size == 1


# -- functions ------------------------------------------------------------------------------------


def test_a_function_replaces_the_values_of_a_partition(client):
    for number in range(3):
        client.set("abc"[number], number)
    client.heard()
    partition = partition_of(K, 271)
    client.on_all(messages.REPLACE_ALL, sent(Shout), partition_id=partition)
    assert client.entries() == [(0, "a"), (1, "b!"), (2, "c")]
    assert client.heard() == ([(UPDATED, 1, "b!", "b")], 1)
    with pytest.raises(Failure, match="Partition ID cannot be negative!"):
        client.on_all(messages.REPLACE_ALL, sent(Shout))
    with pytest.raises(Failure, match=r"cannot be cast to class java\.util\.function\.BiFunction"):
        client.on_all(messages.REPLACE_ALL, sent(Append, "x"), partition_id=partition)


# -- interceptors ---------------------------------------------------------------------------------


@pytest.fixture
def marked(client):
    """With an interceptor, and entries that were there before."""
    client.set("a")
    client.on_all(messages.ADD_INTERCEPTOR, sent(Mark))
    client.heard()
    return client


def test_reads_of_values_are_intercepted(marked):
    assert marked.get() == "ag"
    assert marked.get(2) is None
    partition = partition_of(K, 271)
    assert marked.on_all(messages.GET_ALL, [K], partition_id=partition) == [(1, "ag")]
    assert marked.entries() == [(1, "a")]
    assert marked.on_all(messages.VALUES) == ["a"]
    assert marked.on_all(messages.CONTAINS_VALUE, text_data("a")) is True
    view = marked.wire.on_key(messages.GET_ENTRY_VIEW, "m", K, T).value.response
    assert view.value == text_data("a")
    assert marked.process(sent(Append, "x"))[0] == "ag"
    assert marked.entries() == [(1, "agxp")]


PUTS = [
    (messages.PUT, ["b", T, -1], "a", "bp", "a"),
    (messages.PUT_WITH_MAX_IDLE, ["b", T, -1, -1], "a", "bp", "a"),
    (messages.SET, ["b", T, -1], None, "bp", "a"),
    (messages.PUT_TRANSIENT, ["b", T, -1], None, "bp", "a"),
    (messages.TRY_PUT, ["b", T, 0], True, "bp", None),
    (messages.REPLACE, ["b", T], "a", "bp", "a"),
    (messages.REPLACE_IF_SAME, ["a", "b", T], True, "bp", "a"),
    (messages.REPLACE_IF_SAME, ["ag", "b", T], False, "a", None),
    (messages.PUT_IF_ABSENT, ["b", T, -1], "a", "a", None),
    (messages.SET_TTL, [100_000], True, "ap", None),
]


@pytest.mark.parametrize(
    ("message", "arguments", "answer", "stored", "old"),
    PUTS,
    ids=[f"{row[0].name}-{at}" for at, row in enumerate(PUTS)],
)
def test_writes_are_intercepted(marked, message, arguments, answer, stored, old):
    assert marked.on_key(message, *arguments)[0] == answer
    assert marked.entries() == [(1, stored)]
    events, stale = marked.heard()
    assert stale == (stored != "a")
    if message is messages.TRY_PUT:
        assert events == [(ADDED, 1, stored, None)]
    elif old is not None:
        assert events == [(UPDATED, 1, stored, old)]
    else:
        assert events == []


def test_writes_of_new_entries_are_intercepted(marked):
    assert marked.on_key(messages.PUT, "b", T, -1, key=2) == (None, 1)
    assert marked.on_key(messages.PUT_IF_ABSENT, "c", T, -1, key=3) == (None, 1)
    assert marked.on_key(messages.REPLACE, "d", T, key=4) == (None, 0)
    partition = partition_of(int_data(5), 271)
    pairs = [(int_data(5), text_data("e"))]
    marked.on_all(messages.PUT_ALL, pairs, True, partition_id=partition)
    assert marked.entries() == [(1, "a"), (2, "bp"), (3, "cp"), (5, "ep")]
    marked.wire.on_key(messages.SET, "m", K, int_data(7), T, -1)
    assert marked.get() == 7


@pytest.mark.parametrize(
    ("message", "arguments"),
    [
        (messages.REMOVE, [T]),
        (messages.DELETE, [T]),
        (messages.TRY_REMOVE, [T, 0]),
        (messages.REMOVE_IF_SAME, ["keptp", T]),
        (messages.EVICT, [T]),
    ],
    ids=["Remove", "Delete", "TryRemove", "RemoveIfSame", "Evict"],
)
def test_removals_may_be_forbidden(marked, message, arguments):
    marked.set("kept")
    marked.heard()
    with pytest.raises(Failure, match=r"^61 java\.lang\.UnsupportedOperationException: it is kept"):
        marked.on_key(message, *arguments)
    # Members ask too late before they evict.
    gone = message is messages.EVICT
    assert marked.get() == (None if gone else "keptpg")
    assert marked.heard() == ([], 0)
    owner, (backup,) = marked.state.table[partition_of(K, 271)]
    replicas = [one.partitions[partition_of(K, 271)]["m"].records for one in (owner, backup)]
    assert [K in records for records in replicas] == [not gone] * 2


def test_removing_all_removes_what_may_be_removed(marked):
    marked.set("kept")
    marked.set("b", 2)
    marked.heard()
    with pytest.raises(Failure, match=r"^61 "):
        marked.on_all(messages.REMOVE_ALL, marked.data(predicate.true()))
    assert marked.entries() == [(1, "keptp")]
    assert marked.heard() == ([(REMOVED, 2, None, "bpg")], 1)
    marked.on_all(messages.CLEAR)
    assert marked.entries() == []


def test_interceptors_see_old_values_and_change_what_is_removed(client):
    client.on_all(messages.ADD_INTERCEPTOR, sent(Join))
    client.on_key(messages.PUT, "x", T, -1)
    assert client.on_key(messages.PUT, "y", T, -1) == ("None+x", 1)
    assert client.on_key(messages.REMOVE, T) == ("None+x+y-", 1)
    assert client.heard()[0][-1] == (REMOVED, 1, None, "None+x+y-")
    client.set("z")
    assert client.on_key(messages.TRY_REMOVE, T, 0) == (True, 1)
    assert client.heard()[0][-1] == (REMOVED, 1, None, "None+z-")
    client.set("z")
    assert client.on_key(messages.REMOVE_IF_SAME, "other", T) == (False, 0)
    assert client.on_key(messages.REMOVE_IF_SAME, "None+z", T) == (True, 1)
    assert client.heard()[0][-1] == (REMOVED, 1, None, "None+z")
    client.set("z")
    assert client.on_key(messages.EVICT, T) == (True, 1)
    assert client.heard()[0][-1] == (EVICTED, 1, None, "None+z")
    client.set("z")
    client.process(sent(Append, "q"))
    assert client.get() == "None+z+None+zq"
    assert client.on_key(messages.REMOVE, T, key=2) == (None, 0)


def test_who_complains_afterwards_keeps_the_change_from_being_told(client):
    client.on_all(messages.ADD_INTERCEPTOR, sent(Join))
    assert client.set("bang") == (None, 1)
    assert client.heard() == ([], 0)
    assert client.get() == "None+bang"
    client.set("boom", 2)
    client.heard()
    assert client.on_key(messages.REMOVE, T, key=2) == ("None+boom-", 1)
    assert client.heard() == ([], 0)


def test_several_interceptors_work_one_after_the_other(client):
    first = client.on_all(messages.ADD_INTERCEPTOR, sent(Join))
    second = client.on_all(messages.ADD_INTERCEPTOR, sent(Mark))
    assert first != second
    assert client.on_all(messages.ADD_INTERCEPTOR, sent(Mark)) == second
    client.set("x")
    assert client.entries() == [(1, "None+xp")]
    assert client.on_all(messages.REMOVE_INTERCEPTOR, first) is True
    assert client.on_all(messages.REMOVE_INTERCEPTOR, first) is False
    client.set("x")
    assert client.entries() == [(1, "xp")]
    assert client.on_all(messages.REMOVE_INTERCEPTOR, second) is True
    assert client.get() == "xp"


def test_interceptors_end_with_their_map(marked):
    marked.wire.call(client_messages.DESTROY_PROXY, "m", MAP_SERVICE)
    marked.set("x")
    assert marked.get() == "x"


def test_what_is_no_interceptor(client, monkeypatch):
    wanted = r"cannot be cast to class com\.hazelcast\.map\.MapInterceptor"
    for data in (sent(Touch), int_data(3)):
        with pytest.raises(Failure, match=wanted):
            client.on_all(messages.ADD_INTERCEPTOR, data)
    assert client.on_all(messages.REMOVE_INTERCEPTOR, "never added") is False
    monkeypatch.setattr(interceptors, "MAX_INTERCEPTORS", 1)
    client.on_all(messages.ADD_INTERCEPTOR, sent(Mark))
    client.on_all(messages.ADD_INTERCEPTOR, sent(Mark))
    with pytest.raises(Failure, match="has 1 interceptors already"):
        client.on_all(messages.ADD_INTERCEPTOR, sent(Join))


# -- how classes are given ------------------------------------------------------------------------


def test_classes_may_be_named():
    client = Client(data_serializable_factories=NAMES)
    client.process(sent(Append, "x"))
    assert client.get() == "x"


@pytest.mark.parametrize(
    "factories",
    [
        {1: {1: "support.member_code:Nothing"}},
        {1: {1: "no.such.module:Nothing"}},
        {1: {1: "support.member_code"}},
        {1: {1: "support.member_code:FACTORY"}},
        {1: {1: ""}},
        {1: {1: 5}},
        {1: 5},
        {"one": {}},
        5,
    ],
)
def test_classes_that_are_none(factories):
    with pytest.raises(ClusterOptionError):
        Client(data_serializable_factories=factories)
