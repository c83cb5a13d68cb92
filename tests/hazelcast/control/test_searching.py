# SPDX-License-Identifier: Apache-2.0
"""The whole search for a cluster on a virtual clock: when rounds begin, and when it is given up."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridwire._core.backoff import BackoffPolicy
from gridwire._io.dispatching import LoopDispatcher
from gridwire.hazelcast.control import searching
from gridwire.hazelcast.control.core import ClientCore
from gridwire.hazelcast.control.making import make_core, options_of
from gridwire.hazelcast.control.searching import MIN_ROUND_PLACES
from gridwire.hazelcast.errors import HazelcastError, IllegalStateError
from support.unreachable import Unreachable
from support.virtual_time import run_virtually

PLACES = ["192.0.2.1:5701", "192.0.2.2:5701"]


class Nobody(Unreachable):
    @property
    def rounds(self) -> list[float]:
        """When each round began."""
        return [when for when, place in self.asked if place == PLACES[0]]


def search(connector: Nobody, until: float | None = None, **options: Any) -> tuple[Any, float]:
    """Start a client; what it raised, and when. Without success or end it is cancelled."""

    async def play() -> tuple[Any, float]:
        loop = asyncio.get_running_loop()
        keywords = {"cluster_members": PLACES, "shuffle_member_list": False, **options}
        made = options_of(None, keywords)
        dispatcher = LoopDispatcher(loop)
        core: ClientCore = make_core(made, "test", connector, dispatcher, loop.call_soon)
        try:
            async with asyncio.timeout(until):
                await core.life.start()
        except (HazelcastError, TimeoutError) as error:
            return error, loop.time()
        finally:
            dispatcher.close()
        raise AssertionError("nobody is there to be connected to")

    return run_virtually(play())


def test_rounds_begin_when_the_schedule_says() -> None:
    nobody = Nobody()
    search(nobody, until=40, retry_multiplier=2, retry_max_backoff=8)
    assert nobody.rounds == [0, 1, 3, 7, 15, 23, 31, 39]
    assert [place for _, place in nobody.asked[:4]] == PLACES * 2


def test_by_default_it_goes_on_for_ever() -> None:
    nobody = Nobody()
    _, ended = search(nobody, until=24 * 3600)
    assert ended == 24 * 3600
    pauses = [b - a for a, b in zip(nobody.rounds, nobody.rounds[1:], strict=False)]
    assert pauses[0] == 1
    assert pauses[1] == pytest.approx(1.05)
    assert pauses[-1] == pytest.approx(30)
    assert len(nobody.rounds) > 2800


def test_the_last_round_begins_when_the_time_is_over() -> None:
    nobody = Nobody()
    error, ended = search(nobody, cluster_connect_timeout=10, retry_multiplier=2)
    assert nobody.rounds == [0, 1, 3, 7, 10]
    assert ended == 10
    assert type(error) is IllegalStateError
    assert all(f"{place}: refused" in str(error) for place in PLACES)


def test_no_time_at_all_is_one_round() -> None:
    nobody = Nobody()
    _, ended = search(nobody, cluster_connect_timeout=0)
    assert (nobody.rounds, ended) == ([0], 0)


def test_a_round_that_takes_longer_than_the_time_is_the_last() -> None:
    nobody = Nobody(seconds=4)
    _, ended = search(nobody, cluster_connect_timeout=7)
    assert nobody.rounds == [0]
    assert ended == 8


def test_a_long_round_ends_with_the_time_once_some_were_tried() -> None:
    nobody = Nobody(seconds=4)
    many = [f"192.0.2.{number}:5701" for number in range(1, 100)]
    error, ended = search(nobody, cluster_connect_timeout=7, cluster_members=many)
    assert isinstance(error, IllegalStateError)
    assert (len(nobody.asked), ended) == (MIN_ROUND_PLACES, 4 * MIN_ROUND_PLACES)
    nobody = Nobody(seconds=4)
    _, ended = search(nobody, cluster_connect_timeout=101, cluster_members=many)
    assert ended == 104


def test_the_addresses_of_a_name_are_places_of_a_round(monkeypatch) -> None:
    async def addresses_of(host: str, port: int) -> list[str]:
        return [f"192.0.2.{number}" for number in range(1, 60)]

    monkeypatch.setattr(searching, "addresses_of", addresses_of)
    nobody = Nobody(seconds=4)
    search(nobody, cluster_connect_timeout=7, cluster_members=["many.test:1"])
    assert len(nobody.asked) == MIN_ROUND_PLACES


def test_an_address_has_its_time() -> None:
    nobody = Nobody(seconds=1000)
    error, ended = search(nobody, connection_timeout=3, cluster_connect_timeout=5)
    assert ended == 6
    assert "connection_timeout" in str(error)


def test_no_limit_for_an_address_means_none() -> None:
    nobody = Nobody(seconds=1000)
    _, ended = search(nobody, connection_timeout=0, cluster_connect_timeout=5)
    assert ended == 2000


def test_jitter_makes_pauses_differ_within_its_part() -> None:
    nobody = Nobody()
    search(nobody, until=300, retry_initial_backoff=10, retry_multiplier=1, retry_jitter=0.2)
    pauses = [b - a for a, b in zip(nobody.rounds, nobody.rounds[1:], strict=False)]
    assert all(8 <= pause <= 12 for pause in pauses)
    assert len(set(pauses)) > 10


@settings(max_examples=40)
@given(
    st.floats(0.1, 20),
    st.floats(0.1, 20),
    st.floats(1, 3),
    st.floats(0, 100),
    st.floats(0, 5),
)
def test_it_is_given_up_in_the_round_that_ends_after_the_time(
    initial, longest, multiplier, timeout, seconds
) -> None:
    nobody = Nobody(seconds)
    _, ended = search(
        nobody,
        retry_initial_backoff=initial,
        retry_max_backoff=longest,
        retry_multiplier=multiplier,
        cluster_connect_timeout=timeout,
    )
    policy = BackoffPolicy(initial, longest, multiplier, 0, timeout)
    # The rule in the words of the options, once more.
    now, backoff, rounds = 0.0, min(policy.initial, policy.maximum), []
    while True:
        rounds.append(now)
        now += 2 * min(seconds, 5.0)
        if now >= timeout:
            break
        now += min(backoff, timeout - now)
        backoff = min(backoff * multiplier, longest)
    assert nobody.rounds == pytest.approx(rounds)
    assert ended == pytest.approx(now)


def test_a_line_about_an_address_has_the_one_that_was_tried(monkeypatch, caplog) -> None:
    async def addresses_of(host: str, port: int) -> list[str]:
        return {"members.test": ["192.0.2.1", "2001:db8::1"]}.get(host, [host])

    monkeypatch.setattr(searching, "addresses_of", addresses_of)
    members = ["members.test:5701", "192.0.2.9:5702"]
    with caplog.at_level(logging.WARNING, "gridwire"):
        search(Nobody(), cluster_connect_timeout=0, cluster_members=members)
    lines = [one for one in caplog.records if "cannot join by" in one.getMessage()]
    assert [line.address for line in lines] == [
        "192.0.2.1:5701",
        "[2001:db8::1]:5701",
        "192.0.2.9:5702",
    ]
    assert ["members.test:5701 (" in line.getMessage() for line in lines] == [True, True, False]
