# SPDX-License-Identifier: Apache-2.0
"""A program that forks with a connected threaded client; run by a test.

Arguments: port of a scripted node. Parent and child call at the same time, on the same client.
Ends with status 0 when everybody got his own answers.
"""

from __future__ import annotations

import os
import sys

from gridwire.aerospike._client import Client
from gridwire.aerospike.protocol.digest import record_digest


def are_right(client: Client, start: int) -> bool:
    for number in range(start, start + 200):
        record = client.get(("test", "fork", number), {"total_timeout": 20_000})
        if record.bins != {"d": record_digest("fork", number)}:
            return False
    return True


def main() -> int:
    port = int(sys.argv[1])
    config = {"hosts": [("127.0.0.1", port)], "max_concurrent_operations": 2}
    client = Client(config).connect()
    closed = Client(config).connect()
    closed.close()
    fine = are_right(client, 0)
    # As other threads that are in the middle of calls, and are not in the children.
    gate = client._engine._gate
    places = [gate.enter(), gate.enter()]
    children = []
    for number in range(3):
        child = os.fork()
        if not child:
            status = 1
            try:
                fine = not closed.is_connected() and are_right(client, 1000 * (number + 1))
                fine = fine and client.is_connected()
                if number:
                    client.close()
                status = 0 if fine else 2
            finally:
                os._exit(status)
        children.append(child)
    for place in places:
        gate.leave(place)
    fine = fine and are_right(client, 0)
    for child in children:
        _, status = os.waitpid(child, 0)
        fine = fine and os.waitstatus_to_exitcode(status) == 0
    fine = fine and are_right(client, 0)
    client.close()
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
