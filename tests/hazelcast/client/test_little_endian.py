# SPDX-License-Identifier: Apache-2.0
"""Clients and members in process that are both little-endian: all that members look into.

It is what the same plays are in big endian. Hundreds of queries more, and real little-endian
members, are in ``tests/testing/test_little_endian_agreement.py``.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import queue
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest

from gridwire.hazelcast import aggregator, predicate, projection
from gridwire.hazelcast.core import HazelcastJsonValue
from gridwire.testing import ClusterOptionError, HazelcastCluster
from gridwire.testing.aio import AsyncHazelcastCluster
from support import member_code as code
from support import portable_play, query_play
from support.call_styles import make_style
from support.little_endian import LITTLE_ENDIAN, LittleEndian
from support.patience import until

AT_ONCE = {"hazelcast.map.invalidation.batch.enabled": "false"}


@pytest.fixture(scope="module", params=[1, 3], ids=["one-member", "three-members"])
def cluster(request: pytest.FixtureRequest):
    options: dict[str, Any] = {"properties": AT_ONCE, "data_serializable_factories": code.FACTORIES}
    with HazelcastCluster(request.param, is_big_endian=False, **options) as running:
        yield running


@pytest.fixture
def little(styles):
    return LittleEndian(styles)


@pytest.fixture
def peer():
    """Start official clients; they end with the test."""
    start = next(starting := query_play.official_clients())
    yield lambda cluster: start(cluster, is_big_endian=False)
    next(starting, None)


@dataclass
class Line:
    article: str
    price: Decimal
    count: int = 1
    counts: list[int] = field(default_factory=list)
    due: dt.date | None = None


LINES = {
    1: Line("pen", Decimal("1.20"), 3, [1, 2], dt.date(2026, 2, 28)),
    2: Line("ink", Decimal(2), 300, [], None),
    3: Line("cap", Decimal("0.5"), 70_000, [7], dt.date(1999, 12, 31)),
}


def look_into(styles: Any, cluster: Any) -> None:
    """Predicates, aggregators, projections, entry views and comparisons of values, and indexes."""
    client = styles.client(cluster, default_int_type="VAR")
    lines = client.map(f"lines {uuid.uuid4()}")
    styles.call(lines.put_all, LINES)
    styles.call(lines.add_index, attributes=["count"])
    for asked, found in (
        (predicate.greater("count", 3), {2, 3}),
        (predicate.between("count", 256, 70_000), {2, 3}),
        (predicate.sql("count = 300 or article like 'p%'"), {1, 2}),
        (predicate.equal("due", dt.date(2026, 2, 28)), {1}),
        (predicate.greater("price", Decimal(1)), {1, 2}),
        (predicate.equal("counts[any]", 7), {3}),
        (predicate.in_("__key", 1, 3), {1, 3}),
    ):
        assert set(styles.call(lines.key_set, asked)) == found, asked
    assert styles.call(lines.aggregate, aggregator.long_sum("count")) == 70_303
    assert styles.call(lines.aggregate, aggregator.max_("price")) == Decimal(2)
    assert styles.call(lines.aggregate, aggregator.distinct("count")) == {3, 300, 70_000}
    assert styles.call(lines.aggregate, aggregator.max_by("count")).value == LINES[3]
    several = projection.multi_attribute("article", "count", "due")
    only = predicate.equal("article", "pen")
    assert styles.call(lines.project, several, only) == [["pen", 3, dt.date(2026, 2, 28)]]
    assert styles.call(lines.contains_value, LINES[2])
    assert styles.call(lines.replace_if_same, 2, LINES[2], LINES[1])
    assert styles.call(lines.get_entry_view, 2).value == LINES[1]
    texts = client.map(f"texts {uuid.uuid4()}")
    styles.call(texts.set, 1, HazelcastJsonValue({"a": {"b": [1, 2.5, "x"]}}))
    assert styles.call(texts.key_set, predicate.equal("a.b[1]", 2.5)) == [1]
    assert styles.call(texts.project, projection.single_attribute("a.b[2]")) == ["x"]
    assert styles.call(texts.aggregate, aggregator.number_avg("a.b[0]")) == 1.0
    plain = client.map(f"plain {uuid.uuid4()}")
    values = [1, 2**40, 2.5, "é", uuid.UUID(int=2**127 + 5), Decimal("-12.50"), dt.time(23, 59, 1)]
    for value in values:
        styles.call(plain.clear)
        styles.call(plain.set, value, value)
        for part in ("this", "__key"):
            assert styles.call(plain.key_set, predicate.equal(part, value)) == [value]
            assert styles.call(plain.project, projection.single_attribute(part)) == [value]
            assert styles.call(plain.aggregate, aggregator.min_(part)) == value


def test_members_look_into_values(little, cluster) -> None:
    look_into(little, cluster)


PLAYS = [portable_play.keep, portable_play.ask, portable_play.every_type, portable_play.evolve]


@pytest.mark.parametrize("play", PLAYS)
def test_members_look_into_portables(little, cluster, play: Callable) -> None:
    play(little, cluster)


def test_queries_as_the_official_client_has_them(little, cluster, peer) -> None:
    query_play.compare(little, cluster, peer)


def test_pages_as_the_official_client_has_them(little, cluster, peer) -> None:
    query_play.walk(little, cluster, peer)


def test_listeners_with_predicates(little, cluster) -> None:
    numbers = little.client(cluster).map(f"heard {uuid.uuid4()}")
    heard: queue.SimpleQueue[Any] = queue.SimpleQueue()
    few = predicate.between("this", 300, 70_000)
    little.call(numbers.add_entry_listener, True, None, few, added_func=heard.put)
    for number in (1, 299, 300, 70_000, 70_001, 5000):
        little.call(numbers.set, number, number)
    assert sorted(heard.get(timeout=20).value for _ in range(3)) == [300, 5000, 70_000]


def test_near_caches_hear_of_changes(little, cluster) -> None:
    name = f"near {uuid.uuid4()}"
    near = little.client(cluster, near_caches={name: {}}).map(name)
    other = little.client(cluster).map(name)
    little.call(other.set, 300, "a")
    assert little.call(near.get, 300) == little.call(near.get, 300) == "a"
    little.call(other.set, 300, "b")
    until(lambda: little.call(near.get, 300) == "b")
    little.call(other.clear)
    until(lambda: little.call(near.get, 300) is None)


def test_code_of_the_program(little, cluster) -> None:
    client = little.client(cluster, data_serializable_factories=code.FACTORIES)
    texts = client.map(f"texts {uuid.uuid4()}")
    little.call(texts.put_all, {1: "a", 2: "b"})
    assert little.call(texts.execute_on_key, 1, code.Append("x")) == "a"
    assert dict(little.call(texts.execute_on_keys, [1, 2], code.Append("y"))) == {1: "ax", 2: "b"}
    where = predicate.equal("this", "by")
    assert little.call(texts.execute_on_entries, code.Touch(), where) == [(2, 2)]
    little.call(texts.replace_all, code.Shout())
    assert little.call(texts.get_all, [1, 2]) == {1: "axy!", 2: "by!"}
    assert "as it was told" in str(little.error(texts.execute_on_key, 1, code.Raise("KeyError")))
    marker = little.call(texts.add_interceptor, code.Mark())
    little.call(texts.set, 3, "c")
    assert little.call(texts.get, 3) == "cpg"
    little.call(texts.remove_interceptor, marker)
    things = client.map(f"things {uuid.uuid4()}")
    little.call(things.set, 1, code.Thing(300))
    assert little.call(things.execute_on_key, 1, code.Grow()).size == 301
    assert little.call(things.key_set, predicate.greater("size", 300)) == [1]
    assert little.call(things.project, projection.single_attribute("size")) == [301]


@pytest.fixture
def blocking():
    """One style, where the others have nothing to add."""
    style = make_style("blocking")
    yield LittleEndian(style)
    style.close()


def test_members_in_a_process_of_their_own(blocking) -> None:
    with HazelcastCluster(1, process=True, is_big_endian=False) as cluster:
        look_into(blocking, cluster)


def test_members_on_the_loop(blocking) -> None:
    async def ask() -> None:
        async with AsyncHazelcastCluster(1, is_big_endian=False) as cluster:
            await asyncio.to_thread(look_into, blocking, cluster)

    asyncio.run(ask())


def test_an_order_is_true_or_false() -> None:
    with pytest.raises(ClusterOptionError, match="is_big_endian"):
        HazelcastCluster(1, is_big_endian="LITTLE_ENDIAN")  # type: ignore[arg-type]


def test_real_members_look_into_values(blocking, own_real_cluster) -> None:
    look_into(blocking, own_real_cluster("5.7.0", extra_config=LITTLE_ENDIAN))
