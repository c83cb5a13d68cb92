# SPDX-License-Identifier: Apache-2.0
"""The client process: one library does one case, and prints its figures.

``python -m bench.aerospike.client SPECIFICATION`` (JSON) is started by the bench.
"""

from __future__ import annotations

import json
import math
import signal
import sys
import time
from contextlib import ExitStack
from dataclasses import asdict
from typing import Any

from bench.aerospike.faces import facts, open_face
from bench.aerospike.load import Load
from bench.aerospike.specification import Specification
from bench.children import WRONG_ANSWER_STATUS, WrongAnswerError
from bench.durations import Durations
from bench.measuring import Growth, Idleness, summary
from bench.model import Round
from bench.profiling import Profiler

__all__ = ["main"]

_GRACE = 10
"""Seconds after the limit at which the process ends by itself: its parent may have been killed."""


def main(arguments: list[str]) -> int:
    """Run the process.

    Args:
        arguments: The specification.

    Returns:
        The exit status.
    """
    specification = Specification.from_json(json.loads(arguments[0]))
    if hasattr(signal, "alarm"):
        signal.alarm(math.ceil(specification.limit) + _GRACE)
    try:
        document = _run(specification)
    except WrongAnswerError as error:
        print(error, file=sys.stderr)
        return WRONG_ANSWER_STATUS
    print(json.dumps(document))
    return 0


def _run(specification: Specification) -> dict[str, Any]:
    durations = specification.durations
    with ExitStack() as stack:
        profiler = stack.enter_context(Profiler()) if specification.profile else None
        face = open_face(specification)
        stack.callback(face.close)
        load = Load(face, specification.case)
        growth = Growth()
        load.work(durations.warm_up)
        idleness = Idleness()
        rounds = _rounds(load, durations)
        machine_idle, grown_bytes = idleness.share(), growth.most()
        latency = summary(load.latencies(durations.round))
    return {
        "profile": profiler.text() if profiler is not None else None,
        "rounds": [asdict(each) for each in rounds],
        "latency": asdict(latency) if latency is not None else None,
        "machine_idle": machine_idle,
        "grown_bytes": grown_bytes,
        "facts": facts(specification),
    }


def _rounds(load: Load, durations: Durations) -> list[Round]:
    start = time.monotonic()
    rounds = [load.round(durations.round)]
    while len(rounds) < durations.rounds and time.monotonic() - start < durations.enough:
        rounds.append(load.round(durations.round))
    return rounds


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
