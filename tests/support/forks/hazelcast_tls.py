# SPDX-License-Identifier: Apache-2.0
"""The parent of children that leave in every way, whose connections speak TLS."""

from __future__ import annotations

import json
import sys
import threading

from hazelcast_parent import ways_to_leave

from gridwire.hazelcast import HazelcastClient


def main() -> None:
    cafile, name, *addresses = sys.argv[1:]
    heard: list[str] = []
    is_connected = threading.Event()

    def hear(state: str) -> None:
        heard.append(state)
        if state == "CONNECTED":
            is_connected.set()

    with HazelcastClient(
        cluster_name=name,
        cluster_members=addresses,
        ssl_enabled=True,
        ssl_cafile=cafile,
        lifecycle_listeners=[hear],
    ) as client:
        # Listeners are told on a thread of their own, which may be later than this one.
        assert is_connected.wait(20)
        before = len(heard)
        ways = ways_to_leave(client, client.get_map("tls").blocking())
        told = heard[before:]
    sys.stdout.write(json.dumps({"ways": ways, "heard": told}))


if __name__ == "__main__":
    main()
