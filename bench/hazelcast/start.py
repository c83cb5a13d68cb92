# SPDX-License-Identifier: Apache-2.0
"""A process that imports the test cluster and starts it, as a test run does.

``python -m bench.hazelcast.start SPECIFICATION`` (JSON) is started by the bench.
"""

from __future__ import annotations

import json
import sys
from time import perf_counter

__all__ = ["main"]


def main(arguments: list[str]) -> None:
    """Run the process.

    Args:
        arguments: The specification: ``members``, and ``process``, whether they have one of their
            own.
    """
    options = json.loads(arguments[0])
    begin = perf_counter()
    from gridwire.testing.hazelcast import HazelcastCluster

    imported = perf_counter() - begin
    begin = perf_counter()
    with HazelcastCluster(**options):
        started = perf_counter() - begin
    print(json.dumps({"import": imported, "start": started}))


if __name__ == "__main__":
    main(sys.argv[1:])
