# SPDX-License-Identifier: Apache-2.0
"""Portables in maps of members in process, in each style."""

from __future__ import annotations

import queue
from collections.abc import Callable

import pytest

from gridwire.hazelcast.errors import HazelcastSerializationError, InvalidConfigurationError
from gridwire.hazelcast.serialization.portable.classdef import ClassDefinitionBuilder
from gridwire.hazelcast.serialization.unknown import UnknownObject
from gridwire.testing import HazelcastCluster
from support import portable_play as play

PLAYS = [play.keep, play.ask, play.every_type, play.evolve]
INNER = ClassDefinitionBuilder(1, 1).add_int_field("number").build()
OUTER = ClassDefinitionBuilder(1, 2).add_portable_field("home", INNER).build()


@pytest.mark.parametrize("each", PLAYS)
def test_portables(styles, cluster, each: Callable) -> None:
    each(styles, cluster)


def test_three_members(styles) -> None:
    with HazelcastCluster(3) as cluster:
        play.ask(styles, cluster)


def test_events_and_near_caches(styles, cluster) -> None:
    name = f"near {styles.name}"
    client = styles.client(cluster, **play.OPTIONS, near_caches={name: {}})
    people = client.map(name)
    heard: queue.SimpleQueue = queue.SimpleQueue()
    styles.call(people.add_entry_listener, include_value=True, added_func=heard.put)
    styles.call(people.set, 1, play.PEOPLE[1])
    assert heard.get(timeout=20).value == play.PEOPLE[1]
    for _ in range(3):
        assert styles.call(people.get, 1) == play.PEOPLE[1]


def test_a_client_without_the_classes(styles, cluster) -> None:
    name = f"unknown {styles.name}"
    people = styles.client(cluster, **play.OPTIONS).map(name)
    other = styles.client(cluster).map(name)
    styles.call(people.set, 1, play.PEOPLE[1])
    found = styles.call(other.get, 1)
    assert isinstance(found, UnknownObject)
    styles.call(other.set, 2, found)
    assert styles.call(people.get, 2) == play.PEOPLE[1]


def test_what_cannot_be_written_is_not_sent(styles, cluster) -> None:
    people = styles.client(cluster, portable_factories={1: {2: play.Person}}).map("m")
    error = styles.error(people.set, 1, play.Person())
    assert isinstance(error, HazelcastSerializationError)
    assert "class_definitions" in str(error)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"class_definitions": [OUTER]}, "'home' holds a Portable of factory 1, class 1"),
        ({"class_definitions": [INNER, INNER]}, "two of factory 1, class 1"),
        ({"portable_factories": {1: {0: play.Person}}}, "class id 0"),
    ],
)
def test_options_are_checked_when_the_client_is_made(styles, options, message) -> None:
    with pytest.raises(InvalidConfigurationError, match=message):
        styles.client(**options)


def test_incomplete_definitions_may_be_allowed(styles, cluster) -> None:
    options = {"class_definitions": [OUTER], "check_class_definition_errors": False}
    styles.client(cluster, **options)


def test_the_version_of_the_option(styles, cluster) -> None:
    name = f"versions {styles.name}"
    factories = {1: {1: play.Address}}
    one = styles.client(cluster, portable_factories=factories, portable_version=1).map(name)
    two = styles.client(cluster, portable_factories=factories, portable_version=2).map(name)
    styles.call(one.set, 1, play.Address("a", 1))
    styles.call(two.set, 2, play.Address("b", 2))
    for each in (one, two):
        assert styles.call(each.get_all, [1, 2]) == {
            1: play.Address("a", 1),
            2: play.Address("b", 2),
        }
    assert not styles.call(one.contains_value, play.Address("b", 2))
    assert styles.call(two.contains_value, play.Address("b", 2))
