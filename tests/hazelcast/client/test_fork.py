# SPDX-License-Identifier: Apache-2.0
"""A forked child gets a clear error from what it inherited, and never harms its parent."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from gridwire.testing import HazelcastCluster

# It runs in a process of its own, where a fork cannot disturb the tests.
PROGRAM = """
import json, os, sys, time
from gridwire import hazelcast

address, name = sys.argv[1:3]
options = {"cluster_name": name, "cluster_members": [address]}
client = hazelcast.HazelcastClient(**options)
numbers = client.get_map("m")
blocking = numbers.blocking()
blocking.set(1, "parent")
old_future = numbers.get(1)
old_future.result()

def attempt(function, *args):
    began = time.monotonic()
    try:
        value = function(*args)
        return {"value": repr(value)}
    except BaseException as error:
        return {
            "error": type(error).__name__,
            "text": str(error),
            "outcome": getattr(getattr(error, "outcome", None), "name", None),
            "seconds": time.monotonic() - began,
        }

def fork(work):
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            result = work()
            os.write(writer, json.dumps(result).encode())
        finally:
            os._exit(0)
    os.close(writer)
    text = b""
    while data := os.read(reader, 65536):
        text += data
    os.close(reader)
    os.waitpid(child, 0)
    return json.loads(text) if text else None

def inherited():
    return {
        "get": attempt(blocking.get, 1),
        "set": attempt(blocking.set, 1, "child"),
        "size": attempt(blocking.size),
        "future": attempt(lambda: numbers.get(1).result(5)),
        "get_all": attempt(blocking.get_all, [1, 2]),
        "new_map": attempt(client.get_map, "other"),
        "listener": attempt(lambda: blocking.add_entry_listener(added_func=print)),
        "shutdown": attempt(client.shutdown),
        "done_future": attempt(old_future.result, 1),
    }

def fresh():
    with hazelcast.HazelcastClient(**options) as own:
        mine = own.get_map("m").blocking()
        mine.set(2, "child")
        return {"own": mine.get(1)}

def busy():
    # Fork while other threads are in the middle of calls.
    return attempt(blocking.get, 1)

report = {"inherited": fork(inherited), "fresh": fork(fresh)}
report["after"] = [blocking.get(1), blocking.get(2)]

import threading
stop = threading.Event()
wrong = []
done = [0]
def load(first):
    key = first
    while not stop.is_set():
        blocking.set(key, key)
        if blocking.get(key) != key:
            wrong.append(key)
        key += 8
        done[0] += 1
workers = [threading.Thread(target=load, args=(n,)) for n in range(8)]
for worker in workers: worker.start()
report["busy"] = [fork(busy) for _ in range(10)]
before = done[0]
while done[0] < before + 100:
    time.sleep(0.001)
stop.set()
for worker in workers: worker.join()
report["wrong"] = wrong
report["size"] = blocking.size() > 0
client.shutdown()
print(json.dumps(report))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the platform cannot fork")
def test_a_child_that_uses_an_inherited_client_is_told_at_once() -> None:
    with HazelcastCluster(members=1) as cluster:
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, cluster.addresses[0], cluster.cluster_name],
            capture_output=True,
            text=True,
            timeout=60,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            check=False,
        )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    report = json.loads(done.stdout)
    inherited = report["inherited"]
    for name in ("get", "set", "size", "future", "get_all", "new_map", "listener"):
        result = inherited[name]
        assert result.get("error") == "HazelcastClientNotActiveError", (name, result)
        assert result["outcome"] == "NOT_SENT", (name, result)
        assert "forked" in result["text"], (name, result)
        assert "Make a client in each process" in result["text"], (name, result)
        assert result["seconds"] < 2, (name, result)
    # Nothing to shut down here: it does not hang and does not harm.
    assert inherited["shutdown"] == {"value": "None"}
    assert inherited["done_future"] == {"value": "'parent'"}
    assert report["fresh"] == {"own": "parent"}
    assert report["after"] == ["parent", "child"]
    assert report["wrong"] == []
    assert all(
        result["error"] == "HazelcastClientNotActiveError" and result["seconds"] < 2
        for result in report["busy"]
    ), report["busy"]
