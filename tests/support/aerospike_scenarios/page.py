# SPDX-License-Identifier: Apache-2.0
"""The page with the table of differences: ``python -m support.aerospike_scenarios.page``."""

from __future__ import annotations

from pathlib import Path

from support.aerospike_scenarios.differences import DIFFERENCES

__all__ = ["PAGE", "main", "text"]

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "aerospike-differences.md"

_INTRODUCTION = """\
<!-- Made by `PYTHONPATH=src:tests python -m support.aerospike_scenarios.page` from
tests/support/aerospike_scenarios/differences.py. -->

# Where Aerospike clients differ

One suite of scenarios (`tests/aerospike/scenarios/`) is played by the official client `aerospike`
19.3, by `aerospike_py` 0.14.4 (`Client` and `AsyncClient`) and by gridwire (`Client` and
`AsyncClient`), on `gridwire.testing.AerospikeCluster` with one and three nodes, and with
`GRIDWIRE_AEROSPIKE=host:port make test` on a real server. They see the same results, the same
generations, and errors of the same kind with the same code. The official client has another API:
an adapter gives its calls, its numbers and its classes of errors the names of `aerospike_py`,
whose API gridwire has as well.

What follows are the exceptions. The suite holds each client to them: a row that is no longer true
is an error as well.
"""


def text() -> str:
    """The page as it should be."""
    lines = [
        _INTRODUCTION,
        "| what | `aerospike` | `aerospike_py` | gridwire | why |",
        "|---|---|---|---|---|",
        *(
            f"| {row.what} | {row.official} | {row.community} | {row.ours} | {row.why} |"
            for row in DIFFERENCES
        ),
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write the page."""
    PAGE.write_text(text(), encoding="utf-8")


if __name__ == "__main__":
    main()
