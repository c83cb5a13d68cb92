# SPDX-License-Identifier: Apache-2.0
"""Replay a recording of a real Aerospike server: ``python tests/aerospike/replay.py DIR``.

Starts a node (three for the recordings of a cluster), sends it every exchange of the JSON-lines
files in DIR in order, and compares its answers byte by byte, clocks and random parts aside.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from support import aerospike_vectors as vectors

_SHOWN_BYTES = 160


def main(arguments: list[str] | None = None) -> int:
    """Run from the command line; 1 if an exchange that must pass did not."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", metavar="DIR", type=Path)
    parser.add_argument("--only", metavar="FILE", help="one of its files, by name")
    parser.add_argument("--first", type=int, default=10, help="how many differences are shown")
    parser.add_argument(
        "--keep", action="store_true", help="make those that pass the ones that must pass"
    )
    given = parser.parse_args(arguments)
    try:
        files = vectors.recorded(given.folder, given.only)
    except FileNotFoundError as error:
        parser.error(str(error))
    replays = {name: vectors.replay(lines) for name, lines in files.items()}
    _report(replays, given.first)
    passed = {identity for replay in replays.values() for identity in replay.passed}
    if given.keep:
        if given.only:
            parser.error("--keep goes with all files")
        kept = vectors.keep(files, passed)
        sys.stdout.write(f"{kept} must pass from now on\n")
        return 0
    wanted = [name for name in vectors.must_pass() if name.partition("/")[0] in files]
    missing = [name for name in wanted if name not in passed]
    for identity in missing:
        sys.stdout.write(f"must pass, and did not: {identity}\n")
    return 1 if missing else 0


def _report(replays: dict[str, vectors.Replay], first: int) -> None:
    failed = [difference for replay in replays.values() for difference in replay.failed]
    for name, replay in replays.items():
        sys.stdout.write(f"{name}: {len(replay.passed)} passed, {len(replay.failed)} failed\n")
    for difference in failed[:first]:
        exchange = difference.exchange
        sys.stdout.write(f"\n{exchange.id}: {exchange.call[:_SHOWN_BYTES]}\n")
        sys.stdout.write(f"  request  {exchange.request.hex()[:_SHOWN_BYTES]}\n")
        for frame in exchange.response:
            sys.stdout.write(f"  expected {_shown(frame)}\n")
        for frame in difference.answer:
            sys.stdout.write(f"  answered {_shown(frame)}\n")
        if difference.is_closed != exchange.is_closed:
            state = "closed" if difference.is_closed else "open"
            sys.stdout.write(f"  the connection is {state}\n")
    passed = sum(len(replay.passed) for replay in replays.values())
    sys.stdout.write(f"\n{passed} passed, {len(failed)} failed\n")


def _shown(frame: bytes) -> str:
    if frame[1] == 1:
        return ascii(frame[8:].decode("latin-1"))[:_SHOWN_BYTES]
    return frame.hex()[: 2 * _SHOWN_BYTES]


if __name__ == "__main__":
    sys.exit(main())
