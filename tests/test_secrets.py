# SPDX-License-Identifier: Apache-2.0
"""Passwords and tokens are in no text: no repr, no error with its causes and notes, no log line.

Clients of both systems are made with marked secrets, fail in every way, and what can be printed of
all of it is searched for the marks.
"""

from __future__ import annotations

import asyncio
import copy
import gc
import logging
import traceback
from base64 import b64encode
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
import trustme

from gridwire import aerospike, hazelcast
from gridwire.aerospike import AsyncClient as AsyncAerospikeClient
from gridwire.hazelcast.asyncio import HazelcastClient as AsyncHazelcastClient
from gridwire.hazelcast.config import Config
from gridwire.hazelcast.security import BasicTokenProvider
from gridwire.testing import AerospikeCluster, HazelcastCluster
from support.coordinator import Coordinator, trust

MARK = "s3cr3t&mark"
WRONG = f"wrong-{MARK}"
QUICK = {"retry_initial_backoff": 0.01, "cluster_connect_timeout": 0.05}
OURS = "gridwire."
TESTING = "gridwire.testing"
"""Test clusters have passwords because tests give them some."""


class Texts(logging.Handler):
    """Everything that was told."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.parts: list[str] = []
        self.setFormatter(logging.Formatter("%(name)s %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        self.parts += [self.format(record), repr(vars(record))]

    def error(self, error: BaseException) -> None:
        """An error with all that hangs on it."""
        self.parts += traceback.format_exception(error)
        seen: set[int] = set()
        queue: list[BaseException | None] = [error]
        while queue:
            one = queue.pop()
            if one is None or id(one) in seen:
                continue
            seen.add(id(one))
            self.parts += [str(one), repr(one), repr(one.args), repr(vars(one))]
            queue += [one.__cause__, one.__context__]

    def objects(self) -> None:
        """Each object of this library that is alive."""
        for one in gc.get_objects():
            kind = type(one)
            module = str(kind.__module__)
            if module.startswith(OURS) and not module.startswith(TESTING):
                try:
                    self.parts += [repr(one), str(one)]
                except Exception as error:  # noqa: BLE001 - half-made objects of other tests
                    self.parts.append(f"{kind}: {type(error)}")

    def marks(self) -> list[str]:
        """The texts in which a secret is."""
        forms = [MARK, quote(MARK, safe=""), b64encode(MARK.encode()).decode().rstrip("=")[:-1]]
        return [part for part in self.parts if any(form in part for form in forms)]


@pytest.fixture
def texts() -> Iterator[Texts]:
    handler, root = Texts(), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield handler
    root.removeHandler(handler)
    root.setLevel(level)


def fails(texts: Texts, make: Any, *args: Any, **options: Any) -> None:
    """Make a client, in both styles, that cannot be made."""
    with pytest.raises(Exception) as caught:  # noqa: PT011 - whatever it is, it is looked at
        make(*args, **options)
    texts.error(caught.value)


class OwnProvider:
    async def token(self, address: object) -> str:
        return MARK


def start_async(**options: Any) -> None:
    async def main() -> None:
        # Every callback and every step of a task is logged, with all that it has in its hands.
        asyncio.get_running_loop().slow_callback_duration = -1
        client = AsyncHazelcastClient(**options)
        try:
            await client.start()
        finally:
            await client.shutdown()

    asyncio.run(main(), debug=True)


HAZELCAST = {"threads": hazelcast.HazelcastClient, "asyncio": start_async}


@pytest.mark.parametrize("style", HAZELCAST)
@pytest.mark.parametrize(
    "options",
    [
        {"creds_username": "ann", "creds_password": WRONG},
        {"token_provider": BasicTokenProvider(WRONG)},
        {"creds_password": MARK},
        {"creds_username": "ann", "creds_password": MARK.encode()},
        {"creds_username": "ann", "creds_password": [MARK]},
        {"creds_password": MARK, "token_provider": BasicTokenProvider(MARK)},
        {"token_provider": MARK},
        {"cloud_discovery_token": MARK, "use_public_ip": True},
        {"cloud_discovery_token": MARK.encode()},
        {"cloud_discovery_token": MARK, "cloud_base_url": f"https://127.0.0.1/?token={MARK}"},
        {"cloud_discovery_token": MARK, "cloud_base_url": "https://127.0.0.1:1"},
        {"ssl_enabled": True, "ssl_password": 17, "creds_password": MARK},
        {"ssl_enabled": True, "ssl_password": MARK, "ssl_certfile": "no such file"},
        {"ssl_enabled": True, "ssl_password": MARK, "ssl_certfile": __file__},
    ],
    ids="+".join,
)
def test_hazelcast_clients_that_cannot_start(texts, style, options) -> None:
    with HazelcastCluster(members=1, username="ann", password=MARK) as cluster:
        where = {"cluster_name": cluster.cluster_name, **QUICK}
        if "cloud_discovery_token" not in options:
            where["cluster_members"] = cluster.addresses
        fails(texts, HAZELCAST[style], **where, **options)
        texts.objects()
    assert texts.parts
    assert texts.marks() == []


@pytest.mark.parametrize("style", HAZELCAST)
@pytest.mark.parametrize(
    "credentials",
    [
        {"creds_username": "ann", "creds_password": MARK},
        {"token_provider": BasicTokenProvider(MARK)},
        {"token_provider": OwnProvider()},
    ],
    ids=["password", "token", "coroutine"],
)
def test_hazelcast_clients_that_start(texts, style, credentials) -> None:
    with HazelcastCluster(members=2, username="ann", password=MARK, token=MARK) as cluster:
        where = {"cluster_name": cluster.cluster_name, "cluster_members": cluster.addresses}
        started = HAZELCAST[style](**where, **credentials)
        texts.objects()
        if started is not None:
            started.shutdown()
    assert texts.parts
    assert texts.marks() == []


@pytest.mark.parametrize("style", HAZELCAST)
@pytest.mark.parametrize("status", [200, 401, 500])
def test_a_coordinator_that_repeats_what_it_is_asked(
    texts, style, status, tmp_path, monkeypatch
) -> None:
    authority = trustme.CA()
    trust(authority, tmp_path, monkeypatch)
    made = Coordinator(authority, MARK)
    try:
        made.status = status
        made.body = f'[{{"private-address": "{MARK}", "public-address": "{MARK}"}}]'.encode()
        options = {"cloud_discovery_token": MARK, "cloud_base_url": made.url, **QUICK}
        fails(texts, HAZELCAST[style], **options)
        texts.objects()
    finally:
        made.stop()
    assert made.asked
    assert set(made.asked) == {MARK}
    assert texts.marks() == []


@pytest.mark.parametrize("by_token", [False, True], ids=["password", "token"])
def test_hazelcast_clients_that_work_and_lose_their_cluster(texts, by_token) -> None:
    member: dict[str, Any] = {"token": MARK} if by_token else {"username": "ann", "password": MARK}
    options: dict[str, Any] = (
        {"token_provider": BasicTokenProvider(MARK)}
        if by_token
        else {"creds_username": "ann", "creds_password": MARK}
    )
    with HazelcastCluster(members=2, **member) as cluster:
        client = hazelcast.HazelcastClient(
            cluster_name=cluster.cluster_name,
            cluster_members=cluster.addresses,
            invocation_timeout=1.0,
            **{**QUICK, "cluster_connect_timeout": 0.3},
            **options,
        )
        the_map = client.get_map("m").blocking()
        the_map.put(1, 1)
        texts.objects()
        cluster.disconnect()
        the_map.get(1)
        for one in cluster.members:
            one.pause()
        with pytest.raises(Exception) as caught:  # noqa: PT011 - whatever it is, it is looked at
            the_map.put(2, 2)
        texts.error(caught.value)
        texts.objects()
        client.shutdown()
    assert texts.marks() == []


def test_configurations_and_options(texts) -> None:
    config = Config()
    config.creds_username = "ann"
    config.creds_password = MARK
    config.ssl_enabled = True
    config.ssl_certfile = "client.pem"
    config.ssl_password = MARK
    snapshot = config.snapshot()
    for one in (config, copy.copy(config), snapshot, BasicTokenProvider(MARK)):
        texts.parts += [repr(one), str(one), f"{one}"]
    config = Config()
    config.token_provider = BasicTokenProvider(MARK)
    config.cloud_discovery_token = MARK
    texts.parts += [repr(config), repr(config.snapshot())]
    texts.objects()
    assert texts.marks() == []


def start_aerospike_async(config: dict[str, Any]) -> None:
    async def main() -> None:
        asyncio.get_running_loop().slow_callback_duration = -1
        async with AsyncAerospikeClient(config) as client:
            await client.connect()

    asyncio.run(main(), debug=True)


def start_aerospike(config: dict[str, Any]) -> None:
    client = aerospike.Client(config)
    try:
        client.connect()
    finally:
        client.close()


AEROSPIKE = {"threads": start_aerospike, "asyncio": start_aerospike_async}


@pytest.mark.parametrize("style", AEROSPIKE)
@pytest.mark.parametrize(
    "options",
    [
        {"user": "ann", "password": WRONG},
        {"user": "nobody", "password": MARK},
        {"password": MARK},
        {"user": "ann", "password": MARK, "timeout": "long"},
        {"user": "ann", "password": [MARK]},
        {"user": "ann", "password": MARK, "paswords": MARK},
        {"user": "ann", "password": MARK, "tls": {"enable": True, "cafile": "no such file"}},
        {"user": "ann", "password": MARK, "tls": {"enable": True, "keyfile_pw": MARK}},
        {"user": "ann", "password": MARK, "hosts": [("127.0.0.1", 1)]},
    ],
    ids="+".join,
)
def test_aerospike_clients_that_cannot_start(texts, style, options) -> None:
    with AerospikeCluster(nodes=1, users={"ann": MARK}) as cluster:
        fails(texts, AEROSPIKE[style], {"hosts": cluster.hosts, **options})
        texts.objects()
    assert texts.parts
    assert texts.marks() == []


def test_aerospike_clients_that_work_and_lose_their_cluster(texts) -> None:
    with AerospikeCluster(nodes=1, users={"ann": MARK}) as cluster:
        client = aerospike.Client({"hosts": cluster.hosts, "user": "ann", "password": MARK})
        client.connect()
        client.put(("test", "s", 1), {"a": 1})
        texts.objects()
        cluster.nodes[0].kill()
        with pytest.raises(aerospike.AerospikeError) as caught:
            client.put(("test", "s", 1), {"a": 1}, policy={"total_timeout": 200})
        texts.error(caught.value)
        texts.objects()
        client.close()
    assert texts.marks() == []
