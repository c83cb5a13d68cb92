# SPDX-License-Identifier: Apache-2.0
"""A WSGI application whose clients are connected when it is imported, before workers are forked."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable
from typing import Any

from gridwire import aerospike, hazelcast

KEY = ("test", "visits", "all")

preloaded_in = os.getpid()
client = hazelcast.HazelcastClient(
    cluster_name=os.environ["CLUSTER_NAME"],
    cluster_members=os.environ["CLUSTER_MEMBERS"].split(","),
    near_caches={"settings": {}},
)
visits = client.get_map("visits").blocking()
settings = client.get_map("settings").blocking()
settings.set("title", "hello")
records = aerospike.client({"hosts": [("127.0.0.1", int(os.environ["AEROSPIKE_PORT"]))]}).connect()
records.put(KEY, {"count": 0})


def app(environ: dict[str, Any], start_response: Callable[..., object]) -> Iterable[bytes]:
    """Count a visit in both systems."""
    number = environ["QUERY_STRING"]
    visits.set(number, os.getpid())
    records.increment(KEY, "count", 1)
    body = {
        "pid": os.getpid(),
        "preloaded_in": preloaded_in,
        "read": visits.get(number),
        "title": settings.get("title"),
        "count": records.get(KEY).bins["count"],
    }
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(body).encode()]
