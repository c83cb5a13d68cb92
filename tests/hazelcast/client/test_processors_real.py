# SPDX-License-Identifier: Apache-2.0
"""Code of users on real members: processors, interceptors and functions, compiled with javac."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gridwire.errors import Outcome
from gridwire.hazelcast.errors import HazelcastError, IllegalMonitorStateError
from gridwire.hazelcast.predicate import sql
from gridwire.hazelcast.serialization.api import IdentifiedDataSerializable
from gridwire.testing.real import RealCluster, member_jar
from support.java import compile_java
from support.real_members import note_version

pytestmark = pytest.mark.real_member

FACTORY = 66
SOURCE = Path(__file__).parent / "java" / "Workers.java"
CONFIG = f"""
  <serialization>
    <data-serializable-factories>
      <data-serializable-factory factory-id="{FACTORY}">
        gridwire.client.Workers
      </data-serializable-factory>
    </data-serializable-factories>
  </serialization>
"""


class Worker(IdentifiedDataSerializable):
    """What members read as a class of theirs."""

    ID = 0

    def __init__(self, text: str = "") -> None:
        self.text = text

    def get_factory_id(self) -> int:
        return FACTORY

    def get_class_id(self) -> int:
        return self.ID

    def write_data(self, object_data_output: Any) -> None:
        object_data_output.write_string(self.text)


class Append(Worker):
    ID = 1


class Refuse(Worker):
    ID = 2


class Join(Worker):
    ID = 3


class Shout(Worker):
    ID = 4


@pytest.fixture(scope="module")
def workers(real_version: str, tmp_path_factory, request) -> Iterator[RealCluster]:
    """Members that have the classes."""
    folder = compile_java(SOURCE, member_jar(real_version), tmp_path_factory.mktemp("classes"))
    with RealCluster(real_version, classpath=[folder], extra_config=CONFIG) as cluster:
        note_version(request.config, real_version)
        yield cluster


@pytest.fixture
def texts(styles, workers) -> Any:
    """A map with a few entries."""
    made = styles.client(workers).map(f"texts {uuid.uuid4()}")
    styles.call(made.put_all, {1: "a", 2: "b", 3: "c"})
    return made


def content(styles, texts) -> dict[int, str]:
    return dict(styles.call(texts.entry_set))


def test_on_a_key(styles, texts) -> None:
    assert styles.call(texts.execute_on_key, 1, Append("!")) == "a"
    assert styles.call(texts.execute_on_key, 9, Append("!")) is None
    assert content(styles, texts) == {1: "a!", 2: "b", 3: "c", 9: "null!"}


def test_on_some_keys(styles, texts) -> None:
    found = styles.call(texts.execute_on_keys, [1, 3], Append("!"))
    assert sorted(found) == [(1, "a"), (3, "c")]
    assert content(styles, texts) == {1: "a!", 2: "b", 3: "c!"}
    assert styles.call(texts.execute_on_keys, [], Append("?")) == []
    assert content(styles, texts) == {1: "a!", 2: "b", 3: "c!"}


def test_on_entries(styles, texts) -> None:
    found = styles.call(texts.execute_on_entries, Append("!"))
    assert sorted(found) == [(1, "a"), (2, "b"), (3, "c")]
    found = styles.call(texts.execute_on_entries, Append("?"), sql("__key > 1"))
    assert sorted(found) == [(2, "b!"), (3, "c!")]
    assert content(styles, texts) == {1: "a!", 2: "b!?", 3: "c!?"}


def test_what_a_processor_raises_leaves_open_what_it_did(styles, texts) -> None:
    error = styles.error(texts.execute_on_key, 1, Refuse("not today"))
    assert isinstance(error, IllegalMonitorStateError)
    assert "not today" in error.message
    assert error.outcome is Outcome.UNKNOWN


def test_interceptors(styles, texts) -> None:
    registered = styles.call(texts.add_interceptor, Shout("!"))
    assert styles.call(texts.get, 1) == "a!"
    assert styles.call(texts.remove_interceptor, registered) is True
    assert styles.call(texts.get, 1) == "a"
    assert styles.call(texts.remove_interceptor, registered) is False


def test_replace_all(styles, texts, real_version) -> None:
    if real_version.startswith("4."):
        error = styles.error(texts.replace_all, Join(": "))
        assert isinstance(error, HazelcastError)
        assert "Unrecognized client message" in error.message
        return
    assert styles.call(texts.replace_all, Join(": ")) is None
    assert content(styles, texts) == {1: "1: a", 2: "2: b", 3: "3: c"}


def test_a_processor_of_who_has_the_lock(styles, texts) -> None:
    """It is run for the owner of the lock at once; for others the member would wait."""
    if styles.name == "asyncio":

        async def within() -> str:
            async with texts.lock_context(1):
                return await texts.execute_on_key(1, Append("!"), timeout=5)

        assert styles.run(within()) == "a"
    else:
        with texts.lock_context(1):
            assert styles.call(texts.execute_on_key, 1, Append("!"), timeout=5) == "a"
