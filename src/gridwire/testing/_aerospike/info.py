# SPDX-License-Identifier: Apache-2.0
"""The text protocol of a node: lines with names and commands in, a value for each out.

What follows a name's first ``:``, ``;`` or ``/`` is its argument. A line counts up to its first
zero byte, and the last one only if it ends with a line end.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gridwire.aerospike.protocol.proto import HEADER_BYTES, INFO, frame
from gridwire.testing._aerospike import cluster_info, config_info, features_info, statistics
from gridwire.testing._aerospike import truncation as truncate_info
from gridwire.testing._aerospike.info_call import Handler, InfoCall, InfoError

if TYPE_CHECKING:
    from gridwire.testing._aerospike.node import Connection, Node

__all__ = ["COMMANDS", "answer_info"]

COMMANDS: dict[str, Handler] = {
    **cluster_info.COMMANDS,
    **config_info.COMMANDS,
    **features_info.COMMANDS,
    **statistics.COMMANDS,
    **truncate_info.COMMANDS,
}
"""What is understood, by name."""

_BY_DEFAULT = (
    "features",
    "node",
    "compatibility-id",
    "edition",
    "build_ee_sha",
    "build_sha",
    "build_arch",
    "build_time",
    "build_os",
    "build",
    "version",
    "statistics",
    "services-alumni",
    "services",
    "partition-generation",
)
"""What an empty request asks for."""

_LINE = re.compile(r"([^:;/]*)[:;/]?(.*)", re.DOTALL)
_MAX_ANSWER_BYTES = 2 * 1024 * 1024
"""Longest answer, in bytes: a short question can ask for something long any number of times."""

_TOO_MUCH = InfoError(4, "too much for one answer")
_UNKNOWN = InfoError(4, "unrecognized command")


def answer_info(node: Node, connection: Connection, message: bytes) -> bytes:
    """Answer a request for values.

    Args:
        node: which is asked.
        connection: on which it is asked.
        message: the request with its frame's header.
    """
    body = message[HEADER_BYTES:]
    if body:
        lines = [line.partition(b"\0")[0] for line in body.split(b"\n")[:-1]]
    else:
        lines = [name.encode() for name in _BY_DEFAULT]
    answers: list[bytes] = []
    size = 0
    for line in lines:
        answers.append(_answered(node, connection, line))
        size += len(answers[-1])
        if size > _MAX_ANSWER_BYTES:
            return frame(INFO, _TOO_MUCH.text.encode() + b"\n")
    return frame(INFO, b"".join(answers))


def _answered(node: Node, connection: Connection, line: bytes) -> bytes:
    text = line.decode("utf-8", "surrogateescape")
    match = _LINE.fullmatch(text)
    assert match is not None, "the pattern matches everything"
    name, argument = match.groups()
    handler = COMMANDS.get(name)
    try:
        if handler is None:
            raise _UNKNOWN
        value = handler(node, InfoCall(connection, name, argument))
    except InfoError as error:
        value = error.text
    return line + b"\t" + value.encode("utf-8", "surrogateescape") + b"\n"
