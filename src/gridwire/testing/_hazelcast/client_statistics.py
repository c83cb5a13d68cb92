# SPDX-License-Identifier: Apache-2.0
"""What clients report of themselves: members keep the last report of each, and read none."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from gridwire.hazelcast.protocol.errors import ProtocolError
from gridwire.hazelcast.protocol.messages import client as messages
from gridwire.hazelcast.protocol.metrics_blob import decode_metrics
from gridwire.testing.errors import ClusterError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gridwire.hazelcast.protocol.frames import Buffer
    from gridwire.testing._hazelcast.session import Session

__all__ = ["Report", "reports_of", "take_statistics"]

# A comma, or an equals sign, that no backslash takes its meaning from.
_BETWEEN_ATTRIBUTES = re.compile(r"(?<!\\)((?:\\\\)*),")
_BEHIND_NAME = re.compile(r"(?<!\\)((?:\\\\)*)=")


class Report(NamedTuple):
    """What a client said of itself, as it came.

    Args:
        number: which report of this connection it is, from 1.
        timestamp: when it was made, in milliseconds since the epoch.
        attributes: names and values as one text.
        metrics: the compressed metrics.
    """

    number: int
    timestamp: int
    attributes: str
    metrics: bytes


def take_statistics(session: Session, buffer: Buffer) -> None:
    """The handler of the message."""
    request = messages.STATISTICS.decode_request(buffer)
    number = session.report.number + 1 if session.report is not None else 1
    session.report = Report(
        number, request.timestamp, request.client_attributes, bytes(request.metrics_blob)
    )
    session.answer(messages.STATISTICS)


def reports_of(sessions: Iterable[Session]) -> dict[str, dict[str, Any]]:
    """The last report of each client, by its UUID, as JSON can carry it.

    Raises:
        ClusterError: a client sent what cannot be read.
    """
    found: dict[str, dict[str, Any]] = {}
    for session in sessions:
        report, uuid = session.report, str(session.client_uuid)
        if report is None or (uuid in found and found[uuid]["timestamp"] > report.timestamp):
            continue
        found[uuid] = {
            "client": session.client_name,
            "member": str(session.member.uuid),
            "count": report.number,
            "timestamp": report.timestamp,
            "attributes": _attributes(report.attributes),
            "metrics": _metrics(report.metrics),
        }
    return found


def _attributes(text: str) -> dict[str, str]:
    pairs = (_BEHIND_NAME.sub(r"\1\n", one, count=1) for one in _split(text))
    found = {}
    for pair in pairs:
        name, _, value = pair.partition("\n")
        found[name] = value
    return found


def _split(text: str) -> list[str]:
    return _BETWEEN_ATTRIBUTES.sub("\\1\n", text).split("\n")


def _metrics(blob: bytes) -> dict[str, int | float]:
    try:
        return {
            f"{one.prefix}.{one.name}" + (f"[{one.key}={one.key_value}]" if one.key else ""): (
                one.value
            )
            for one in decode_metrics(blob)
        }
    except ProtocolError as error:
        raise ClusterError(f"a client sent metrics that cannot be read: {error}") from error
