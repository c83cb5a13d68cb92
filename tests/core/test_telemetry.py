# SPDX-License-Identifier: Apache-2.0
"""What the option `telemetry` asks for, and what is said where OpenTelemetry is not installed."""

from __future__ import annotations

import subprocess
import sys

import pytest

from gridwire.telemetry import Telemetry, telemetry_of

PROGRAM = """
import sys, types
sys.modules["opentelemetry"] = {found}
from gridwire import aerospike, hazelcast
for begin in (
    lambda: hazelcast.HazelcastClient(telemetry=True),
    aerospike.client({{"hosts": ["127.0.0.1:1"], "telemetry": True}}).connect,
    lambda: hazelcast.HazelcastClient(
        cluster_members=["127.0.0.1:1"], cluster_connect_timeout=0, telemetry=False
    ),
):
    try:
        begin()
    except Exception as error:
        print(type(error).__name__, "gridwire[otel]" in str(error))
"""
EMPTY = """types.ModuleType("opentelemetry")
sys.modules["opentelemetry"].__path__ = []"""


def test_what_the_option_asks_for():
    given = Telemetry(spans=False)
    assert telemetry_of(given) is given
    assert telemetry_of(True) == Telemetry()
    assert telemetry_of(False) is telemetry_of(None) is None
    with pytest.raises(TypeError, match="a Telemetry, not int"):
        telemetry_of(1)


@pytest.mark.parametrize("found", ["None", EMPTY], ids=["absent", "a namespace of others"])
def test_without_the_package_both_systems_say_what_to_install(found: str):
    program = PROGRAM.format(found=found)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.splitlines() == [
        "InvalidConfigurationError True",
        "ValueError True",
        "IllegalStateError False",
    ], done.stderr


COSTS = """
import asyncio, sys, threading

class Absent:
    def find_spec(self, name, *_):
        if any(part in name for part in ("telemetry", "told_", "opentelemetry")):
            if name != "gridwire.telemetry":
                raise ImportError(name)

sys.meta_path.insert(0, Absent())

from gridwire.aerospike import AsyncClient, client
from gridwire.hazelcast import HazelcastClient
from gridwire.hazelcast.asyncio import HazelcastClient as AsyncHazelcastClient
from gridwire.testing import AerospikeCluster, HazelcastCluster

entered = set()
told = 0

def note(frame, event, _):
    global told
    if event == "call":
        name = frame.f_globals.get("__name__", "")
        if name.startswith("gridwire"):
            entered.add(name)
        told += "telemetry" in name or "telling" in name

def watched(call):
    call()
    sys.setprofile(note)
    try:
        for _ in range(20):
            call()
    finally:
        sys.setprofile(None)

async def of_asyncio(call):
    await call()
    sys.setprofile(note)
    try:
        for _ in range(20):
            await call()
    finally:
        sys.setprofile(None)

async def asyncio_hazelcast(where):
    made = await AsyncHazelcastClient.create_and_start(**where)
    words = await made.get_map("words")
    await of_asyncio(lambda: words.set(1, "a"))
    await of_asyncio(lambda: words.get(1))
    await made.shutdown()

async def asyncio_aerospike(config):
    made = AsyncClient(config)
    await made.connect()
    await of_asyncio(lambda: made.put(KEY, {"a": 1}))
    await of_asyncio(lambda: made.get(KEY))
    await made.close()

KEY = ("test", "words", 1)
with HazelcastCluster(1) as cluster:
    where = {"cluster_name": cluster.cluster_name, "cluster_members": cluster.addresses}
    with HazelcastClient(**where) as made:
        words = made.get_map("words")
        watched(lambda: words.set(1, "a").result())
        watched(lambda: words.blocking().get(1))
    asyncio.run(asyncio_hazelcast(where))
with AerospikeCluster(1) as cluster:
    config = {"hosts": cluster.hosts}
    with client(config).connect() as made:
        watched(lambda: made.put(KEY, {"a": 1}))
        watched(lambda: made.get(KEY))
    asyncio.run(asyncio_aerospike(config))
print(told, sum("_engine" in name for name in entered) > 3)
"""


def test_without_it_no_call_passes_through_anything_of_it():
    """The code of telemetry is not even there, and calls are made of what there is besides."""
    done = subprocess.run([sys.executable, "-c", COSTS], capture_output=True, text=True, timeout=50)
    assert done.stdout.split() == ["0", "True"], done.stdout + done.stderr
