# SPDX-License-Identifier: Apache-2.0
"""Each reply completes the call that it belongs to, once, and nobody is left waiting."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from struct import pack, unpack_from
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridwire._core.counters import Counters
from gridwire._core.outcome import Outcome
from gridwire._core.request import Request
from gridwire.errors import ProtocolError
from gridwire.hazelcast.errors import MaxMessageSizeExceededError
from gridwire.hazelcast.protocol.messages import client as client_messages
from gridwire.hazelcast.protocol.session import CallTable, Session, SessionOver, correlation_of

LIMIT = 10_000


class Waiter:
    """Waits for one reply, and is completed once."""

    def __init__(self) -> None:
        self.ends: list[Any] = []
        self.gave_up = False

    def done(self) -> bool:
        return self.gave_up or bool(self.ends)

    def set_result(self, result: Any) -> None:
        assert not self.done()
        self.ends.append(bytes(result))

    def set_exception(self, exception: Any) -> None:
        assert not self.done()
        self.ends.append(exception)

    @property
    def end(self) -> Any:
        (end,) = self.ends
        return end


class Failed(Exception):
    """What an error reply is made into."""


def table(limit: int) -> CallTable:
    """One whose calls end with their reply, whatever became of its acks."""
    return CallTable(limit, Counters(), lambda held: held.waiter.set_result(held.message))


class Wire:
    """A session, and both of its ends."""

    def __init__(self, calls: CallTable | None = None, limit: int = LIMIT) -> None:
        self.calls = calls or table(100)
        self.sent: list[Any] = []
        self.posted: list[Any] = []
        self.events: list[list[tuple[int, bytes]]] = []
        self.session = Session(self.calls, self.sent.append, self.error, self.event, limit)

    def error(self, message: Any) -> Exception:
        return Failed(bytes(message))

    def event(self, events: list[tuple[int, Any]]) -> None:
        self.events.append([(correlation, bytes(message)) for correlation, message in events])

    def call(self, **how: Any) -> tuple[int, Waiter]:
        waiter = Waiter()
        return self.session.send(request(), waiter, **how), waiter


@pytest.fixture
def wire() -> Wire:
    return Wire()


def request(*parts: bytes) -> Request[Any]:
    head = bytearray(pack("<iHiqi", 22, 0xE000, 0x010200, 0, 7))
    return Request("Map.Get", [head, *parts] if parts else head, bytes, 7)


def message(kind: int, correlation: int, rest: bytes = b"\0", flags: int = 0) -> bytes:
    content = pack("<iq", kind, correlation) + rest
    return pack("<iH", len(content) + 6, 0xE000 | flags) + content


def reply(correlation: int, value: bytes = b"", backups: int = 0, kind: int = 0x010201) -> bytes:
    return message(kind, correlation, bytes([backups]) + value)


def error_reply(correlation: int, backups: int = 0) -> bytes:
    return reply(correlation, backups=backups, kind=0)


def event(correlation: int, value: bytes = b"") -> bytes:
    return message(0x011902, correlation, pack("<i", -1) + value, 0x0200)


def ack(correlation: int) -> bytes:
    """As a member writes it."""
    encode: Callable[..., Any] = client_messages.LOCAL_BACKUP_LISTENER.events[0].encode
    return bytes(encode(4711, -1, correlation))


# -- sending --------------------------------------------------------------------------------------


def test_each_request_gets_an_id_of_its_own(wire: Wire):
    ids = [wire.call()[0] for _ in range(3)]
    assert ids == [1, 2, 3]
    assert [unpack_from("<q", payload, 10)[0] for payload in wire.sent] == ids
    assert list(wire.calls.pending) == ids


def test_ids_are_unique_for_all_connections_of_a_client(wire: Wire):
    other = Wire(wire.calls)
    assert [one.call()[0] for one in (wire, other, wire)] == [1, 2, 3]


def test_the_id_is_written_into_the_first_part(wire: Wire):
    large = bytes(5000)
    one = request(b"name", large)
    correlation = wire.session.send(one, Waiter())
    (parts,) = wire.sent
    assert unpack_from("<q", parts[0], 10) == (correlation,)
    assert parts[2] is large


def test_nothing_else_of_a_request_is_changed(wire: Wire):
    wire.call()
    (payload,) = wire.sent
    assert bytes(payload) == pack("<iHiqi", 22, 0xE000, 0x010200, 1, 7)


def test_what_may_wait_a_moment_goes_another_way(wire: Wire):
    wire.call(soon=True)
    assert len(wire.sent) == 1
    wire.session.set_write(wire.sent.append, wire.posted.append)
    wire.call(soon=True)
    wire.call()
    assert [len(wire.sent), len(wire.posted)] == [2, 1]
    wire.session.set_write(wire.sent.append)
    wire.call(soon=True)
    assert [len(wire.sent), len(wire.posted)] == [3, 1]


def test_a_request_that_asks_for_acks_says_so(wire: Wire):
    wire.session.backup_aware = True
    wire.call()
    assert unpack_from("<H", wire.sent[0], 4) == (0xE100,)


def test_a_repeated_request_asks_for_acks_only_where_they_would_come(wire: Wire):
    """A member is gone, and with it the acks that it would send."""
    one = request()
    wire.session.backup_aware = True
    wire.session.send(one, Waiter())
    wire.session.backup_aware = False
    wire.session.send(one.again(), Waiter())
    wire.session.backup_aware = True
    wire.session.send(one.again(), Waiter())
    assert [unpack_from("<H", payload, 4)[0] for payload in wire.sent] == [0xE100, 0xE000, 0xE100]


@pytest.mark.parametrize("parts", [(), (b"x" * 50,)])
def test_a_request_may_be_as_large_as_the_limit(parts: Sequence[bytes]):
    size = 22 + sum(map(len, parts))
    wire = Wire(limit=size)
    wire.session.send(request(*parts), Waiter())
    wire.session.set_max_message_bytes(size - 1)
    with pytest.raises(MaxMessageSizeExceededError, match=f"{size} bytes, more than") as caught:
        wire.session.send(request(*parts), Waiter())
    assert caught.value.outcome is Outcome.NOT_SENT
    assert len(wire.sent) == len(wire.calls.pending) == 1


def test_a_call_that_could_not_be_written_is_not_pending(wire: Wire):
    def refuse(payload: Any) -> None:
        raise KeyboardInterrupt

    wire.session.set_write(refuse)
    for soon in (False, True):
        with pytest.raises(KeyboardInterrupt):
            wire.call(soon=soon)
    assert wire.calls.pending == {}


def test_the_correlation_id_of_a_payload():
    assert correlation_of(bytearray(10) + pack("<q", 77)) == 77
    assert correlation_of([bytearray(10) + pack("<q", 78), b"more"]) == 78
    assert correlation_of(bytearray(b"CP2")) == 0
    assert correlation_of(bytearray(17)) == 0


# -- replies --------------------------------------------------------------------------------------


def test_a_reply_completes_its_call(wire: Wire):
    correlation, waiter = wire.call()
    assert not wire.session.heard
    wire.session.receive(reply(correlation, b"value"))
    assert waiter.end == reply(correlation, b"value")
    assert wire.session.heard
    assert wire.calls.pending == {}


@given(st.permutations(range(6)))
def test_replies_are_told_apart_by_their_ids_alone(order: list[int]):
    wire = Wire()
    made = [wire.call() for _ in order]
    wire.session.receive(b"".join(reply(made[index][0], bytes([index])) for index in order))
    for index, (correlation, waiter) in enumerate(made):
        assert waiter.end == reply(correlation, bytes([index]))


def test_a_reply_may_come_in_pieces(wire: Wire):
    correlation, waiter = wire.call()
    whole = reply(correlation, b"value")
    for index in range(len(whole) - 1):
        wire.session.receive(whole[index : index + 1])
        assert wire.session.buffered_bytes == index + 1
    assert waiter.ends == []
    wire.session.receive(whole[-1:])
    assert waiter.end == whole


def test_a_large_reply_is_read_into_its_place():
    wire = Wire(limit=10**6)
    correlation, waiter = wire.call()
    whole = reply(correlation, b"x" * 200_000)
    assert wire.session.wanted() is None
    wire.session.receive(whole[:100])
    view = wire.session.wanted()
    assert view is not None
    view[:] = whole[100:]
    view.release()
    wire.session.heard = False
    wire.session.filled(len(whole) - 100)
    assert waiter.end == whole
    assert wire.session.heard
    assert wire.session.buffered_bytes == 0


def test_a_late_reply_reaches_nobody_and_is_counted(wire: Wire):
    correlation, waiter = wire.call()
    assert wire.calls.forget(correlation)
    other, patient = wire.call()
    wire.session.receive(reply(correlation, b"late"))
    assert (waiter.ends, patient.ends, wire.calls.counters.late_replies) == ([], [], 1)
    wire.session.receive(reply(other))
    assert patient.end == reply(other)


def leave(wire: Wire) -> tuple[int, Waiter]:
    """A call whose caller is gone, with somebody in the caller's place."""
    correlation, caller = wire.call()
    caller.gave_up = True
    assert wire.calls.forget(correlation)
    heir = Waiter()
    wire.calls.left[correlation] = (heir, wire.session)
    return correlation, heir


def test_the_late_reply_of_a_call_that_was_left_is_taken(wire: Wire):
    correlation, heir = leave(wire)
    late = reply(correlation, b"late", backups=2)
    wire.session.receive(late + late)
    assert heir.end == late
    assert (wire.calls.left, wire.calls.counters.late_replies) == ({}, 2)
    assert len(wire.calls.acks) == 0


def test_the_late_error_of_a_call_that_was_left_is_taken(wire: Wire):
    correlation, heir = leave(wire)
    wire.session.receive(error_reply(correlation))
    assert isinstance(heir.end, Failed)
    assert wire.calls.left == {}


def test_a_call_that_was_left_ends_with_its_connection(wire: Wire):
    sent, heir = leave(wire)
    never_sent, other_heir = leave(wire)
    elsewhere, third = leave(Wire(wire.calls))
    wire.session.abandon([wire.sent[1]], Failed)
    assert (heir.end.args, other_heir.end.args, third.ends) == ((True,), (False,), [])
    assert list(wire.calls.left) == [elsewhere]
    assert sent < never_sent


def test_a_second_reply_is_a_late_one(wire: Wire):
    correlation, waiter = wire.call()
    wire.session.receive(reply(correlation, b"first") + reply(correlation, b"second"))
    assert waiter.end == reply(correlation, b"first")
    assert wire.calls.counters.late_replies == 1


@pytest.mark.parametrize("answer", [reply, error_reply])
def test_a_reply_for_somebody_who_gave_up_is_dropped(wire: Wire, answer: Callable[[int], bytes]):
    correlation, waiter = wire.call()
    waiter.gave_up = True
    wire.session.receive(answer(correlation))
    assert waiter.ends == []
    assert (wire.calls.pending, wire.calls.counters.late_replies) == ({}, 0)


def test_an_error_reply_becomes_an_exception(wire: Wire):
    correlation, waiter = wire.call()
    wire.session.receive(error_reply(correlation))
    assert isinstance(waiter.end, Failed)
    assert waiter.end.args == (error_reply(correlation),)


def test_an_error_reply_that_makes_no_sense_still_ends_its_call(wire: Wire):
    """The connection ends by it, which fails the pending calls; this one is not among them."""
    nonsense = ProtocolError("not a list of errors")

    def no_error(message: Any) -> Exception:
        raise nonsense

    wire.session._on_error = no_error
    correlation, waiter = wire.call()
    _, patient = wire.call()
    with pytest.raises(ProtocolError, match="not a list"):
        wire.session.receive(error_reply(correlation))
    assert waiter.end is nonsense
    wire.session.abandon([], Failed)
    assert isinstance(patient.end, Failed)
    assert wire.calls.pending == {}


def test_an_error_reply_that_makes_no_sense_to_somebody_who_gave_up(wire: Wire):
    def no_error(message: Any) -> Exception:
        raise ProtocolError("not a list of errors")

    wire.session._on_error = no_error
    correlation, waiter = wire.call()
    waiter.gave_up = True
    with pytest.raises(ProtocolError):
        wire.session.receive(error_reply(correlation))
    assert waiter.ends == []


def test_bytes_that_are_no_messages(wire: Wire):
    _, waiter = wire.call()
    with pytest.raises(ProtocolError):
        wire.session.receive(b"HTTP/1.1 400 Bad Request\r\n")
    assert waiter.ends == []


def test_little_is_accepted_before_the_limit_is_raised():
    wire = Wire(limit=100)
    correlation, waiter = wire.call()
    large = reply(correlation, b"x" * 200)
    with pytest.raises(ProtocolError, match="max_message_bytes"):
        wire.session.receive(large)
    wire = Wire(wire.calls, limit=100)
    wire.session.set_max_message_bytes(1000)
    wire.session.receive(large)
    assert waiter.end == large


# -- backups --------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", ["reply first", "acks first", "between"])
def test_a_reply_waits_for_its_backups(order: str):
    wire = Wire()
    backup = Wire(wire.calls)
    correlation, waiter = wire.call()
    answer = reply(correlation, b"old", backups=2)
    steps: dict[str, Callable[[], None]] = {
        "r": lambda: wire.session.receive(answer),
        "a": lambda: backup.session.receive(ack(correlation)),
    }
    *before, last = {"reply first": "raa", "acks first": "aar", "between": "ara"}[order]
    for step in before:
        steps[step]()
        assert waiter.ends == []
    steps[last]()
    assert waiter.end == answer
    assert not wire.calls.acks.busy
    assert backup.events == []


def test_a_reply_without_backups_waits_for_nobody(wire: Wire):
    correlation, waiter = wire.call()
    wire.session.receive(reply(correlation, backups=0))
    assert len(waiter.ends) == 1
    assert not wire.calls.acks.busy


def test_an_ack_too_many_does_no_harm(wire: Wire):
    correlation, waiter = wire.call()
    wire.session.receive(reply(correlation, backups=1) + ack(correlation) * 3)
    assert len(waiter.ends) == 1


def test_an_error_needs_no_acks(wire: Wire):
    correlation, waiter = wire.call()
    wire.session.receive(ack(correlation) + error_reply(correlation, backups=1))
    assert isinstance(waiter.end, Failed)
    assert not wire.calls.acks.busy


def test_who_gave_up_while_acks_were_missing_gets_nothing(wire: Wire):
    correlation, waiter = wire.call()
    wire.session.receive(reply(correlation, backups=1))
    # Its reply is here, but the call is not complete.
    assert wire.calls.forget(correlation)
    assert not wire.calls.forget(correlation)
    wire.session.receive(ack(correlation))
    assert waiter.ends == []
    assert len(wire.calls.acks) == 0


def test_an_ack_without_an_id_is_ignored(wire: Wire):
    wire.session.receive(message(0x000F02, 1, pack("<i", -1), 0x0280))
    assert wire.events == []
    assert not wire.calls.acks.busy


@pytest.mark.parametrize("flags", [0x0080, 0x0280])
def test_an_ack_is_known_by_its_flag(wire: Wire, flags: int):
    correlation, waiter = wire.call()
    wire.session.receive(reply(correlation, backups=1))
    wire.session.receive(message(0x000F02, 5, pack("<iq", -1, correlation), flags))
    assert len(waiter.ends) == 1


# -- events ---------------------------------------------------------------------------------------


def test_events_are_handed_on_in_order(wire: Wire):
    correlation, waiter = wire.call()
    many = [event(5, b"a"), event(9, b"b"), event(5, b"c")]
    wire.session.receive(many[0] + reply(correlation) + many[1] + ack(99) + many[2])
    assert wire.events == [[(5, many[0]), (9, many[1]), (5, many[2])]]
    assert len(waiter.ends) == 1
    assert wire.calls.counters.late_replies == 0


def test_an_event_with_the_id_of_a_pending_call_is_no_reply(wire: Wire):
    """A listener's events carry the id of its registration, whose reply may come later."""
    correlation, waiter = wire.call()
    wire.session.receive(event(correlation))
    assert waiter.ends == []
    assert wire.events == [[(correlation, event(correlation))]]
    wire.session.receive(reply(correlation))
    assert len(waiter.ends) == 1


# -- the end --------------------------------------------------------------------------------------


def test_a_lost_connection_fails_its_own_calls(wire: Wire):
    other = Wire(wire.calls)
    _, mine = wire.call()
    correlation, patient = other.call()
    _, also_mine = wire.call()
    wire.session.abandon([], Failed)
    assert [mine.end.args, also_mine.end.args] == [(True,), (True,)]
    other.session.receive(reply(correlation))
    assert patient.end == reply(correlation)


def test_a_lost_connection_says_what_was_not_sent(wire: Wire):
    _, sent = wire.call()
    _, unsent = wire.call()
    large = Waiter()
    wire.session.send(request(b"x" * 100), large)
    wire.session.abandon([bytearray(b"CP2"), *wire.sent[1:]], Failed)
    assert [one.end.args[0] for one in (sent, unsent, large)] == [True, False, False]


def test_a_reply_that_waits_for_backups_outlives_its_connection(wire: Wire):
    backup = Wire(wire.calls)
    correlation, waiter = wire.call()
    wire.session.receive(reply(correlation, backups=1))
    wire.session.abandon([], Failed)
    assert waiter.ends == []
    backup.session.receive(ack(correlation))
    assert len(waiter.ends) == 1


def test_a_request_that_comes_too_late_is_refused(wire: Wire):
    wire.session.abandon([], Failed)
    waiter = Waiter()
    with pytest.raises(SessionOver):
        wire.session.send(request(), waiter)
    assert waiter.ends == []
    assert wire.calls.pending == {}


def test_a_request_that_is_just_being_sent_is_failed_or_refused_and_never_both(wire: Wire):
    """The loop abandons the session while another thread is inside `send`."""
    waiter = Waiter()

    def write_and_lose(payload: Any) -> None:
        wire.session.abandon([payload], Failed)

    wire.session.set_write(write_and_lose)
    correlation = wire.session.send(request(), waiter)
    assert waiter.end.args == (False,)
    assert correlation not in wire.calls.pending


def test_a_forked_child_cannot_send(wire: Wire):
    wire.session.abandoned = True
    with pytest.raises(SessionOver):
        wire.call()
    assert wire.calls.pending == {}


# -- the table of calls ---------------------------------------------------------------------------


def test_calls_that_are_too_old_fail(wire: Wire):
    made = [wire.call() for _ in range(4)]
    made[1][1].gave_up = True
    errors = iter([Failed("one"), Failed("gave up"), Failed("three")])
    assert wire.calls.expire(made[3][0], lambda: next(errors)) == 3
    assert [waiter.ends and waiter.end.args for _, waiter in made] == [
        ("one",),
        [],
        ("three",),
        [],
    ]
    assert list(wire.calls.pending) == [made[3][0]]
    assert wire.calls.expire(made[3][0], lambda: next(errors)) == 0


def test_calls_with_a_deadline_of_their_own_are_spared(wire: Wire):
    made = [wire.call() for _ in range(3)]
    wire.calls.own_deadline.add(made[1][0])
    assert wire.calls.expire(99, Failed) == 2
    assert list(wire.calls.pending) == [made[1][0]]


def test_calls_that_wait_for_their_backups_too_long_end_with_their_reply(wire: Wire):
    made = [wire.call() for _ in range(3)]
    wire.calls.own_deadline.add(made[1][0])
    for correlation, _ in made:
        wire.session.receive(reply(correlation, backups=1))
    assert wire.calls.pending == {}
    assert wire.calls.expire(made[2][0], Failed) == 1
    assert [len(waiter.ends) for _, waiter in made] == [1, 0, 0]
    # The member has answered: no error may hide that.
    assert made[0][1].end == reply(made[0][0], backups=1)
    for correlation, _ in made:
        wire.session.receive(ack(correlation))
    assert [len(waiter.ends) for _, waiter in made] == [1, 1, 1]


def test_a_call_fails_once(wire: Wire):
    correlation, waiter = wire.call()
    assert wire.calls.fail(correlation, Failed("first"))
    assert not wire.calls.fail(correlation, Failed("second"))
    assert waiter.end.args == ("first",)
    wire.session.receive(reply(correlation))
    assert wire.calls.counters.late_replies == 1


def test_a_reply_that_came_first_wins(wire: Wire):
    correlation, waiter = wire.call()
    wire.session.receive(reply(correlation))
    assert not wire.calls.forget(correlation)
    assert not wire.calls.fail(correlation, Failed("late"))
    assert waiter.end == reply(correlation)


def test_early_acks_of_a_call_that_failed_are_forgotten(wire: Wire):
    correlation, _ = wire.call()
    wire.session.receive(ack(correlation))
    assert wire.calls.acks.busy
    wire.calls.fail(correlation, Failed())
    assert not wire.calls.acks.busy


def gated(limit: int) -> SimpleNamespace:
    """A full table, and three who wait."""
    wire = Wire(table(limit))
    ids = [wire.call()[0] for _ in range(limit)]
    woken: list[int] = []
    for number in range(3):
        wire.calls.gate.join(lambda number=number: woken.append(number))  # type: ignore[misc]
    return SimpleNamespace(wire=wire, calls=wire.calls, ids=ids, woken=woken)


def test_a_reply_lets_the_next_in():
    table = gated(2)
    table.calls.admit()
    assert table.woken == []
    table.wire.session.receive(reply(table.ids[0]))
    assert table.woken == [0]


def test_each_chunk_lets_in_as_many_as_it_completed():
    table = gated(2)
    table.wire.session.receive(reply(table.ids[0]) + reply(table.ids[1]))
    assert table.woken == [0, 1]


def test_who_gives_up_lets_the_next_in():
    table = gated(1)
    table.calls.forget(table.ids[0])
    assert table.woken == [0]


def test_a_lost_connection_lets_others_in():
    table = gated(2)
    table.wire.session.abandon([], Failed)
    assert table.woken == [0, 1]


def test_calls_that_expired_make_room():
    table = gated(2)
    table.calls.expire(99, Failed)
    table.calls.admit()
    assert table.woken == [0, 1]


# -- all of it ------------------------------------------------------------------------------------

steps = st.lists(
    st.tuples(
        st.sampled_from(["call", "reply", "error", "ack", "forget", "fail", "give up", "lose"]),
        st.integers(0, 7),
        st.integers(0, 2),
    ),
    max_size=60,
)


@given(steps)
def test_whatever_happens_each_call_ends_at_most_once_and_nothing_stays(
    steps: list[tuple[str, int, int]],
):
    """A waiter asserts by itself that it is completed once."""
    calls = table(100)
    wires = [Wire(calls) for _ in range(3)]
    waiters: dict[int, Waiter] = {}
    for what, pick, where in steps:
        wire = wires[where]
        if what == "call":
            correlation, waiter = wire.call()
            waiters[correlation] = waiter
            continue
        if what == "lose":
            wire.session.abandon([], Failed)
            wires[where] = Wire(calls)
            continue
        if not waiters:
            continue
        correlation = sorted(waiters)[pick % len(waiters)]
        if what == "reply":
            wire.session.receive(reply(correlation, backups=where))
        elif what == "error":
            wire.session.receive(error_reply(correlation))
        elif what == "ack":
            wire.session.receive(ack(correlation))
        elif what == "forget":
            calls.forget(correlation)
        elif what == "fail":
            calls.fail(correlation, Failed())
        else:
            waiters[correlation].gave_up = True
            calls.forget(correlation)
    for wire in wires:
        wire.session.abandon([], Failed)
    assert calls.pending == {}
    for _ in range(20):
        for held in calls.acks.age():
            held.waiter.set_result(held.message)
    assert not calls.acks.busy
