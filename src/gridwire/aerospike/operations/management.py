# SPDX-License-Identifier: Apache-2.0
"""Commands of the info protocol: what they are made of, and what their answers mean."""

from __future__ import annotations

from typing import Any

from gridwire.aerospike.protocol.info import failure_of
from gridwire.aerospike.protocol.result_codes import class_of, outcome_of

__all__ = ["check_done", "truncate_command"]

_FORBIDDEN = frozenset(";:=\n\t")


def truncate_command(namespace: str, set_name: str, nanos: int = 0) -> str:
    """The command that removes the records of a set, or of a namespace.

    Args:
        namespace: name of the namespace.
        set_name: name of the set; the empty text, and nothing else, for all.
        nanos: only records last changed before this, in nanoseconds of Unix time; 0 for now.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: an argument cannot be part of a command.
    """
    _check("namespace", namespace)
    command = f"truncate-namespace:namespace={namespace}"
    if set_name != "":
        # Whatever else is not true, such as None, is no way to say that everything goes.
        _check("set_name", set_name)
        command = f"truncate:namespace={namespace};set={set_name}"
    if isinstance(nanos, bool) or not isinstance(nanos, int):
        raise TypeError(f"nanos must be an int, not {type(nanos).__name__}")
    if nanos < 0:
        raise ValueError(f"nanos is 0 or a time after 1970, not {nanos}")
    return f"{command};lut={nanos}" if nanos else command


def _check(what: str, name: Any) -> None:
    if not isinstance(name, str):
        raise TypeError(f"{what} must be a str, not {type(name).__name__}")
    if not name or not _FORBIDDEN.isdisjoint(name):
        raise ValueError(f"{what} cannot be part of a command: {name!r}")


def check_done(answer: str) -> None:
    """Nothing, if a command was carried out.

    Args:
        answer: what came back.

    Raises:
        AerospikeError: it was refused.
    """
    failure = failure_of(answer)
    if failure is None:
        return
    raise class_of(failure.code)(
        f"AEROSPIKE_ERR ({failure.code}): {failure.text}",
        code=failure.code,
        outcome=outcome_of(failure.code, is_write=True),
    )
