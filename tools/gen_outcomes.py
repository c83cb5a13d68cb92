#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Write docs/reference/outcomes.md from the tables of codes of both systems.

``--check`` writes nothing and fails when the page differs from what would be written.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from gen_options_doc import write_or_check
from gridwire._core.outcome import Outcome
from gridwire._core.retry import Fault
from gridwire.aerospike.protocol import result_codes
from gridwire.hazelcast.cluster.attempts import fault_of
from gridwire.hazelcast.error_codes import ErrorCode, SqlErrorCode, outcome_of, sql_outcome_of
from gridwire.hazelcast.errors import ERROR_CLASSES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "outcomes.md"

INTRODUCTION = """\
<!-- Made by tools/gen_outcomes.py from gridwire.hazelcast.error_codes and
     gridwire.aerospike.protocol.result_codes; change it there. -->

# What a server's code says about a write

Every error of a write has an `outcome`; [Outcomes](../explanation/outcomes.md) says what the three
mean and what a program does with each. These tables say which one follows from the code that a
server answers with. The client looks them up here, the tables are not written by hand.

One attempt decides as the tables say. Over several attempts the worst one counts: from the first
whose outcome is unknown on, that of the call stays unknown, unless a later attempt succeeds.

Codes without a row are `UNKNOWN` for a write: nobody knows what a code means that this version does
not know.
"""

HAZELCAST = """\
## Hazelcast

*One step*: operations on one key or one partition, such as `put`, `set` and `try_lock`. *Many
steps*: those that a member splits, such as `clear`, and those that run code of users at the member,
such as `execute_on_key`; a part may be done although another part was refused.

*Asked again*: `yes` for every operation, within its deadline; `if harmless` for reads, for
operations whose repetition members recognize, and for all with `redo_operation`.
"""

SQL = """\
### SQL

An SQL statement that fails says so by a code of its own.
"""

AEROSPIKE = """\
## Aerospike

*Asked again*: within `max_retries` of the policy, which is 0 for writes; a write whose outcome is
unknown never is, except when the policy says how often.
"""

_AGAIN = {
    Fault.REFUSED: "yes",
    Fault.UNCLEAR: "yes",
    Fault.LOST: "if harmless",
    Fault.FINAL: "no",
}


def page() -> str:
    """Return the text of the page."""
    return "\n".join(
        (
            INTRODUCTION,
            HAZELCAST,
            _table(
                ("code", "name", "error", "asked again", "one step", "many steps"),
                map(_hazelcast_row, ErrorCode),
            ),
            SQL,
            _table(("code", "name", "outcome"), map(_sql_row, SqlErrorCode)),
            AEROSPIKE,
            _table(
                ("code", "meaning", "error", "asked again", "outcome of a write"),
                (_aerospike_row(code) for code in result_codes.KNOWN if code != result_codes.OK),
            ),
        )
    )


def _hazelcast_row(code: ErrorCode) -> Sequence[str]:
    error = ERROR_CLASSES[code]
    again = _AGAIN[fault_of(error(code=code))]
    one, many = outcome_of(code), outcome_of(code, atomic=False)
    return str(int(code)), code.name, f"`{error.__name__}`", again, _said(one), _said(many)


def _sql_row(code: SqlErrorCode) -> Sequence[str]:
    return str(int(code)), code.name, _said(sql_outcome_of(code))


def _aerospike_row(code: int) -> Sequence[str]:
    again = "yes" if code in result_codes.RETRYABLE else "no"
    error = result_codes.class_of(code).__name__
    outcome = result_codes.outcome_of(code, is_write=True)
    return str(code), result_codes.text_of(code), f"`{error}`", again, _said(outcome)


def _said(outcome: Outcome) -> str:
    return f"`{outcome.name}`"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Write or check the page.

    Args:
        arguments: of the command line; `None` means those of the process.

    Returns:
        0, or 1 when the page is not what it should be.
    """
    return write_or_check(__doc__, PAGE, page(), arguments)


if __name__ == "__main__":
    sys.exit(main())
