# SPDX-License-Identifier: Apache-2.0
"""Lines say whose they are, and a storm of one line is thinned out."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Iterator

import pytest

from gridwire._core.logs import FIELDS, SAME_LINE_SECONDS, ClientLog, advised, reason_of
from gridwire._core.outcome import Outcome
from gridwire.errors import GridwireError


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.time = 100.0

    def __call__(self) -> float:
        return self.time


class Heard(logging.Handler):
    """Keeps what it gets."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)

    @property
    def texts(self) -> list[str]:
        return [record.getMessage() for record in self.records]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def heard() -> Iterator[Heard]:
    logger = logging.getLogger("gridwire.tested")
    handler = Heard()
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield handler
    logger.removeHandler(handler)
    logger.setLevel(logging.NOTSET)


@pytest.fixture
def log(heard: Heard, clock: Clock) -> ClientLog:
    logger = logging.getLogger("gridwire.tested.client")
    return ClientLog(logger, clock, {"client": "me", "cluster": "ours"})


def test_no_field_is_an_attribute_that_records_have_anyway() -> None:
    record = logging.LogRecord("n", 20, "p", 1, "m", (), None)
    assert not set(FIELDS) & {*vars(record), "message", "asctime"}


def test_every_line_has_the_fields_of_its_client_and_its_own(log: ClientLog, heard: Heard) -> None:
    log.info("opened %d", 1, member="m-1", address=("h", 1), count=3, operation=None)
    (record,) = heard.records
    assert record.getMessage() == "opened 1"
    found = {name: getattr(record, name) for name in FIELDS if hasattr(record, name)}
    assert found == {
        "client": "me",
        "cluster": "ours",
        "member": "m-1",
        "address": "('h', 1)",
        "count": 3,
    }
    assert record.name == "gridwire.tested.client"


def test_lines_name_the_place_that_wrote_them(log: ClientLog, heard: Heard) -> None:
    log.info("plain")
    log.sparing.info("sparing")
    places = {(record.filename, record.funcName) for record in heard.records}
    assert places == {("test_logs.py", "test_lines_name_the_place_that_wrote_them")}


def test_a_logger_beside_it_has_the_same_fields(log: ClientLog, heard: Heard) -> None:
    log.within("listeners").warning("missed", extra={"listener": "7"})
    (record,) = heard.records
    assert record.name == "gridwire.tested.listeners"
    assert (record.client, record.listener) == ("me", "7")  # type: ignore[attr-defined]


def test_of_a_storm_one_line_is_written_and_the_others_are_counted(
    log: ClientLog, heard: Heard, clock: Clock
) -> None:
    for number in range(1000):
        clock.time += SAME_LINE_SECONDS / 2000
        log.sparing.warning("lost ack %d", number, member="m-1")
    assert heard.texts == ["lost ack 0"]
    clock.time += SAME_LINE_SECONDS
    log.sparing.warning("lost ack %d", 1000, member="m-1")
    assert heard.texts[1:] == ["lost ack 1000 (and 999 more like it)"]
    assert heard.records[1].suppressed == 999  # type: ignore[attr-defined]
    clock.time += SAME_LINE_SECONDS
    log.sparing.warning("lost ack %d", 1001, member="m-1")
    assert heard.texts[2:] == ["lost ack 1001"]


def test_lines_about_others_are_not_held_back(log: ClientLog, heard: Heard) -> None:
    log.sparing.warning("lost", member="m-1", address="a")
    log.sparing.warning("lost", member="m-2", address="a")
    log.sparing.warning("lost", member="m-1", address="b")
    log.sparing.error("lost", member="m-1", address="a")
    log.sparing.warning("lost", extra={"member": "m-3"})
    log.sparing.warning("found", member="m-1", address="a")
    assert len(heard.records) == 6


def test_a_line_that_nobody_wants_does_not_hold_back_others(log: ClientLog, heard: Heard) -> None:
    log.sparing.debug("opened", member="m-1")
    logging.getLogger("gridwire.tested").setLevel(logging.DEBUG)
    log.sparing.debug("opened", member="m-1")
    assert heard.texts == ["opened"]


def test_lines_about_very_many_do_not_fill_the_memory(log: ClientLog, heard: Heard) -> None:
    for number in range(1000):
        log.sparing.warning("lost", member=number)
    assert len(log.sparing._lines) <= 256
    assert len(heard.records) == 1000


REFUSED = GridwireError(
    "it was\r\n    refused.\n", outcome=Outcome.REJECTED, hint="Ask again.", member="one"
)


def test_a_reason_is_one_line_without_the_outcome_of_another_call_and_without_a_hint():
    assert reason_of(REFUSED) == "it was refused. (member=one)"
    assert reason_of(GridwireError("no", outcome=Outcome.NOT_SENT)) == "no"
    assert reason_of(OSError("first\nsecond")) == "first second"
    assert reason_of(OSError()) == "OSError"
    assert reason_of(GridwireError()) == "GridwireError"


def test_who_is_told_of_an_error_by_nobody_else_hears_what_to_do():
    assert advised(REFUSED) == "it was refused. (member=one). Ask again."
    assert advised(GridwireError("no.", hint="Ask again.")) == "no. Ask again."
    assert advised(GridwireError("no", outcome=Outcome.NOT_SENT)) == "no"
    assert advised(OSError()) == "OSError"


QUIET = """
from gridwire import aerospike, hazelcast

for begin in (
    lambda: hazelcast.HazelcastClient(
        cluster_members=["127.0.0.1:1"], cluster_connect_timeout=0, connection_timeout=0.5
    ),
    aerospike.client({"hosts": [("127.0.0.1", 1)]}).connect,
):
    try:
        begin()
    except Exception as error:
        print(type(error).__name__)
"""


def test_nothing_comes_out_until_the_program_says_where_to() -> None:
    done = subprocess.run([sys.executable, "-c", QUIET], capture_output=True, text=True)
    assert done.stdout.split() == ["IllegalStateError", "ClusterError"]
    assert not done.stderr
