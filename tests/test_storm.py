# SPDX-License-Identifier: Apache-2.0
"""A short storm on each system; ``python -m support.storm`` is the long one. And its own parts."""

from __future__ import annotations

import asyncio
import os
import random
import socket
import threading
from contextlib import ExitStack
from typing import Any

import pytest

from gridwire._io.connecting import addresses_of
from gridwire.cli.demo.ledger import Finding
from gridwire.errors import Outcome
from support.storm.__main__ import main as run_from_command_line
from support.storm.book import Book, number_of, value_of
from support.storm.growth import LIMIT, what_has_grown, what_is_held
from support.storm.plan import AEROSPIKE, HAZELCAST, make_plan
from support.storm.run import run_storm
from support.storm.tally import SLACK, Canary, Tally

SECONDS = 22.0
RIGHT, LOST, WRONG = Finding.RIGHT, Finding.LOST, Finding.WRONG


@pytest.mark.slow
@pytest.mark.timeout(150)
@pytest.mark.parametrize("system", ["hazelcast", "aerospike"])
def test_a_storm_does_no_harm(system: str):
    # As with property tests, what is tried in CI is always the same; elsewhere it is not.
    seed = 1 if os.environ.get("CI") else random.SystemRandom().randrange(1_000_000)
    report = run_storm(system, seed, SECONDS)
    text = "\n".join(report.lines())
    assert not report.defects, text
    assert report.tally.outcomes["acknowledged"] > 500, text
    assert len(report.events) > 12, text
    print(text)  # noqa: T201 - shown by -rP


@pytest.mark.parametrize(("system", "kinds"), [("hazelcast", HAZELCAST), ("aerospike", AEROSPIKE)])
def test_a_plan_comes_from_its_seed_and_has_every_kind(system: str, kinds: dict[str, int]):
    plan = make_plan(system, 5, 120.0)
    assert plan == make_plan(system, 5, 120.0)
    assert plan != make_plan(system, 6, 120.0)
    assert {event.kind for event in plan} == set(kinds)
    assert [event.at for event in plan] == sorted(event.at for event in plan)
    assert plan[-1].at < 120.0


def test_a_kind_of_fault_that_there_is_not_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    # A storm without a fault would say that all is well.
    monkeypatch.setattr("sys.argv", ["storm", "--only", "hazelcast", "--plan"])
    with pytest.raises(SystemExit, match="2"):
        run_from_command_line()
    assert "invalid choice: 'hazelcast'" in capsys.readouterr().err


def test_a_value_says_whose_it_is_and_is_whole():
    value = value_of("a", 97)
    assert number_of("a", value) == 97
    assert len(value) > 10_000
    assert number_of("b", value) is None
    assert number_of("a", value[:-1]) is None
    assert number_of("a", value.replace("#97#", "#98#")) is None
    assert number_of("a", None) is None


def write(book: Book, key: str = "a", outcome: Outcome | None = None, **how: bool) -> int:
    number = book.begin(key, **how)
    if outcome is None:
        book.acknowledge(key, number)
    else:
        book.fail(key, number, outcome)
    return number


def found(book: Book, number: int | None, key: str = "a") -> Finding:
    value = None if number is None else value_of(key, number)
    return book.judge(key, book.look(key), value)


def test_what_was_acknowledged_is_what_is_found():
    book = Book()
    assert found(book, None) is RIGHT
    first, second = write(book), write(book)
    assert found(book, second) is RIGHT
    assert found(book, first) is WRONG
    assert found(book, None) is LOST
    assert found(book, second + 1) is WRONG


def test_what_was_refused_or_never_sent_is_never_found():
    book = Book()
    write(book)
    for outcome in (Outcome.NOT_SENT, Outcome.REJECTED):
        assert found(book, write(book, outcome=outcome)) is WRONG


def test_what_is_unknown_may_be_found_now_or_later():
    book = Book()
    first = write(book)
    unknown = write(book, outcome=Outcome.UNKNOWN)
    assert found(book, first) is RIGHT
    assert found(book, unknown) is RIGHT
    last = write(book)
    assert found(book, unknown) is RIGHT
    assert found(book, last) is RIGHT
    assert found(book, first) is WRONG


def test_a_reader_beside_a_writer_may_find_what_is_being_written_or_what_was_there_before():
    book = Book()
    first = write(book)
    before = book.look("a")
    second = book.begin("a")
    for number in (first, second):
        assert book.judge("a", before, value_of("a", number)) is RIGHT
    book.acknowledge("a", second)
    for number in (first, second):
        assert book.judge("a", before, value_of("a", number)) is RIGHT
    assert found(book, first) is WRONG


def test_nothing_is_found_only_after_a_deletion_or_when_all_memory_is_lost():
    book = Book()
    write(book)
    deletion = write(book, deletes=True)
    assert found(book, None) is RIGHT
    assert found(book, deletion) is WRONG
    write(book)
    assert found(book, None) is LOST
    book.lose()
    assert found(book, None) is RIGHT
    during = write(book)
    book.lost()
    assert found(book, None) is RIGHT
    assert found(book, during) is RIGHT
    assert found(book, during - 1) is WRONG
    write(book)
    assert found(book, None) is LOST


def test_what_was_begun_before_a_loss_is_not_safe_from_it():
    book = Book()
    number = book.begin("a")
    book.lose()
    book.lost()
    book.acknowledge("a", number)
    assert found(book, None) is RIGHT
    assert found(book, number) is RIGHT


def test_a_reader_may_have_read_between_a_loss_and_the_next_write():
    book = Book()
    write(book)
    before = book.look("a")
    book.lose()
    book.lost()
    write(book)
    assert book.judge("a", before, None) is RIGHT
    assert found(book, None) is LOST


def test_a_call_past_its_deadline_is_a_defect_unless_the_program_was_late_itself():
    canary = Canary()
    tally = Tally(canary)
    now = 100.0
    tally.ended("reader.read", now, now + 1.0 + SLACK / 2, 1.0, None)
    tally.ended("reader.read", now, now + 1.0 + 2 * SLACK, 1.0, None)
    tally.judge_deadlines()
    assert len(tally.defects) == 1
    excused = Tally(canary)
    canary.note("thread", now + 1.0, 2 * SLACK)
    excused.ended("reader.read", now, now + 1.0 + 2 * SLACK, 1.0, None)
    excused.judge_deadlines()
    assert not excused.defects


def test_an_error_that_is_not_the_librarys_and_a_write_without_an_outcome_are_defects():
    tally = Tally(Canary())
    tally.ended("writer.write", 0.0, 0.1, 1.0, AttributeError("oops"))
    tally.write_ended(AttributeError("oops"))
    assert len(tally.defects) == 2


class Telling:
    """A client that tells of a number of connections."""

    def __init__(self, connections: int) -> None:
        self.connections = connections

    def diagnostics(self) -> dict[str, Any]:
        return {"connections": [{}] * self.connections}


def test_what_clients_hold_and_do_not_tell_of_is_seen():
    client, over = Telling(0), threading.Event()

    def grown() -> list[str]:
        return what_has_grown(before, lambda: what_is_held([client], 0), patience=0.3)

    before = what_is_held([client], 0)
    with ExitStack() as stack:
        for _ in range(LIMIT + 1):
            stack.enter_context(socket.socket())
        assert grown() == [f"{LIMIT + 1} more sockets"]
        client.connections = 1
        assert grown() == []
        threads = [threading.Thread(target=over.wait) for _ in range(LIMIT + 2)]
        for thread in threads:
            thread.start()
        assert grown() == [f"{LIMIT + 2} more threads"]
        over.set()
        for thread in threads:
            thread.join()
    assert grown() == []


def test_tasks_of_the_library_are_seen_and_others_are_not():
    async def main() -> None:
        before = what_is_held([], 0)["tasks"]
        others = [asyncio.create_task(asyncio.sleep(60)) for _ in range(9)]
        loop = asyncio.get_running_loop()
        waiting = [loop.create_task(addresses_of("a", 1)) for _ in range(3)]
        assert what_is_held([], 0)["tasks"] - before == 3
        for task in [*others, *waiting]:
            task.cancel()
        await asyncio.gather(*others, *waiting, return_exceptions=True)

    asyncio.run(main())
