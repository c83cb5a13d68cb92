# SPDX-License-Identifier: Apache-2.0
"""Plays the queries of `support.query_table`, and pages, with ours and with the official client."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import hazelcast as official
from gridwire.hazelcast.core import HazelcastJsonValue
from gridwire.hazelcast.predicate import paging
from gridwire.hazelcast.serialization.unknown import UnknownObject
from support.query_table import JSON_VALUES, OFFICIAL, OURS, queried

__all__ = ["assert_alike", "compare", "official_clients", "play_ours", "walk"]

MOVES: list[Any] = ["next"] * 4 + ["previous"] * 2 + ["next"] * 3 + [9, 2, "next", 30, "reset", 1]


def official_clients() -> Iterator[Callable[..., Any]]:
    """What starts official clients; they end with the generator."""
    clients: list[Any] = []
    logging.getLogger("hazelcast").setLevel(logging.ERROR)

    def start(cluster: Any, **options: Any) -> Any:
        where = {"cluster_name": cluster.cluster_name, "cluster_members": cluster.addresses}
        clients.append(official.HazelcastClient(**where, **options))
        return clients[-1]

    yield start
    for client in clients:
        client.shutdown()


def plain(value: Any) -> Any:
    """What both libraries mean by a result; lists are in any order."""
    if isinstance(value, BaseException):
        return value
    if type(value).__name__ in {"MapEntry", "IdentifiedMapEntry"}:
        return "entry", plain(value.key), plain(value.value)
    if type(value).__name__ == "HazelcastJsonValue":
        return "json", value.to_string()
    if isinstance(value, (list, set)):
        kind = "set" if isinstance(value, set) else "list"
        return kind, sorted((plain(each) for each in value), key=repr)
    if isinstance(value, tuple):
        return tuple(map(plain, value))
    return value


def same(ours: Any, theirs: Any) -> bool:
    """Whether a result of ours is what the official client gives; errors by their classes."""
    if "Missing Serializer for type-id" in str(theirs):
        # What they fail for is an object here.
        return any(type(each) is UnknownObject for each in ours)
    ours, theirs = plain(ours), plain(theirs)
    if isinstance(theirs, BaseException):
        return type(theirs).__name__ in {cls.__name__ for cls in type(ours).__mro__}
    # Texts tell an int from a float at any depth.
    return repr(ours) == repr(theirs)


def outcome(method: Callable[..., Any], *args: Any) -> Any:
    """What becomes of a call."""
    try:
        return method(*args)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is compared
        return error


Played = Iterator[tuple[str, Any]]


def play(
    fill: Callable[[Any, Any], Any], maps: Callable[[str], Any], ask: Any, library: Any
) -> Played:
    """Play all queries.

    Args:
        fill: puts entries into a map.
        maps: gives the map of a name.
        ask: calls a method of a map and gives its value or error.
        library: makes the queries.

    Returns:
        What was asked, and what came.
    """
    for name, entries, queries in queried():
        there = maps(name)
        texts = {key: HazelcastJsonValue(each) for key, each in enumerate(JSON_VALUES)}
        fill(there, texts if entries == "json" else entries)
        for query in queries:
            came = ask(getattr(there, query.method), *query.make(library))
            yield f"{name}: {query.method} {query.name}", came


def play_ours(styles: Any, cluster: Any, tag: str = "") -> Played:
    """Play all queries with a client of ours, on maps of names that end with a tag."""
    client = styles.client(cluster)
    return play(
        lambda there, entries: styles.call(there.put_all, entries),
        lambda name: client.map(name + tag),
        styles.error_or_value,
        OURS,
    )


def compare(styles: Any, cluster: Any, peer: Any) -> None:
    """Play all queries with ours and with the official client, on the same maps."""
    tag = f" {uuid.uuid4()}"
    other = peer(cluster)
    theirs = play(
        lambda there, entries: None,
        lambda name: other.get_map(name + tag).blocking(),
        outcome,
        OFFICIAL,
    )
    assert_alike(play_ours(styles, cluster, tag), theirs)


def assert_alike(ours: Played, theirs: Played) -> None:
    """Nothing came that is different, and much was asked."""
    wrong, checked = [], 0
    for (asked, mine), (_, other) in zip(ours, theirs, strict=True):
        checked += 1
        if not same(mine, other):
            wrong.append(f"{asked} gives {mine!r}, not {other!r}")
    assert not wrong, "\n".join(wrong)
    assert checked > 200


_PARTS = ("key_set", "values", "entry_set")


def _turn(predicate: Any, move: Any) -> None:
    if isinstance(move, int):
        predicate.page = move
    elif move == "reset":
        predicate.reset()
    elif move != "stay":
        getattr(predicate, f"{move}_page")()


def walk(styles: Any, cluster: Any, peer: Any, page_size: int = 10) -> None:
    """Go to and fro through pages, with ours and with the official client."""
    name = f"pages {uuid.uuid4()}"
    ours, theirs = styles.client(cluster).map(name), peer(cluster).get_map(name).blocking()
    # Pages of values end in the middle of equal ones.
    entries = {key: key % 7 for key in range(95)}
    styles.call(ours.put_all, entries)
    for index, part in enumerate(_PARTS):
        order = -1 if part == "values" else 1
        everything = sorted(entry[::order] for entry in entries.items())
        everything = [entry[::order] for entry in everything]
        mine, official_one = paging(None, page_size), OFFICIAL.p.paging(None, page_size)
        for move in ["stay", *MOVES]:
            _turn(mine, move)
            _turn(official_one, move)
            assert mine.page == official_one.page
            page = everything[mine.page * page_size : (mine.page + 1) * page_size]
            expected = page if index == 2 else [entry[index] for entry in page]
            assert styles.call(getattr(ours, part), mine) == expected
            assert getattr(theirs, part)(official_one) == expected
