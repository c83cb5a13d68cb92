# SPDX-License-Identifier: Apache-2.0
"""The lines of members that a cluster can be of, and what each says differently on the wire.

The protocol has no version negotiation: a member sends what it knows, and answers an error to
messages that it does not. A line of members therefore is the protocol version that it speaks:
messages and events that came later do not exist for it, and parameters that came later are not in
what it sends.
"""

from __future__ import annotations

import re
from struct import pack_into, unpack_from
from typing import TYPE_CHECKING, NamedTuple

from gridwire.hazelcast.protocol.frames import BEGIN, END, FINAL
from gridwire.hazelcast.protocol.messages import client as client_messages
from gridwire.hazelcast.protocol.messages import map as map_messages
from gridwire.hazelcast.protocol.notation import SplitEntries, fixed_only, framed_only
from gridwire.hazelcast.protocol.plans import KINDS
from gridwire.hazelcast.protocol.table import Message
from gridwire.testing.errors import ClusterOptionError

if TYPE_CHECKING:
    from gridwire.hazelcast.protocol.table import Encoded, Event

__all__ = ["KNOWN_LINES", "Dialect", "dialect_of", "full_version"]

_PROTOCOLS = {
    "4.0": (2, 0, 1),
    "4.1": (2, 1),
    "4.2": (2, 2),
    "5.0": (2, 3),
    "5.1": (2, 4),
    "5.2": (2, 5),
    "5.3": (2, 6),
    "5.4": (2, 7),
    "5.5": (2, 8),
    "5.6": (2, 9),
    "5.7": (2, 10),
}
"""The protocol version of each line of members."""

_COMPARED = {"4.2": "4.2.8", "5.3": "5.3.8", "5.7": "5.7.0"}
"""The versions that were compared with real members; a line alone means these."""

KNOWN_LINES = tuple(_PROTOCOLS)
"""The lines of members whose messages this cluster speaks."""

_VERSION = re.compile(r"(\d{1,2}\.\d{1,2})(?:\.(\d{1,2}))?\Z", re.ASCII)

_COMMERCIAL = re.compile(
    r"CPMap\.|VectorCollection\.|Experimental\."
    r"|(Client\.AddCPGroupViewListener|DynamicConfig\.AddVectorCollectionConfig)\Z"
)
"""Messages that only the commercial members know; those from the Java archive do not."""

_Version = tuple[int, ...]


class _Cut(NamedTuple):
    """How much of a response an earlier line sends: bytes of the first frame, and parameters."""

    initial_size: int
    values: int


class Dialect:
    """What members of one line say, and what they understand.

    Args:
        version: a full version of a known line, such as `"5.3.8"`.

    Attributes:
        line: such as `"5.3"`.
        numbers: major, minor and patch number.
        cuts: responses by type that these members send without what came later; most have none.
    """

    def __init__(self, version: str) -> None:
        major, minor, patch = map(int, version.split("."))
        self.line = f"{major}.{minor}"
        self.numbers = (major, minor, patch)
        self._protocol: _Version = _PROTOCOLS[self.line]
        self.cuts: dict[int, _Cut] = {}
        for table in (client_messages, map_messages):
            for message in vars(table).values():
                if isinstance(message, Message) and (cut := self._cut(message)):
                    self.cuts[message.response_type] = cut

    def knows(self, message: Message | Event) -> bool:
        """Whether these members have a message or an event at all."""
        if _numbers(message.since) > self._protocol:
            return False
        return not (isinstance(message, Message) and _COMMERCIAL.match(message.name))

    def shortened(self, message: Encoded) -> Encoded:
        """Take away what these members do not send yet.

        Args:
            message: a response or an event, as the newest members send it.

        Returns:
            The same message if there is nothing to take away, else a shorter one.
        """
        head = message[0] if isinstance(message, list) else message
        cut = self.cuts.get(unpack_from("<i", head, 6)[0])
        if cut is None:
            return message
        return _shorter(b"".join(message) if isinstance(message, list) else message, cut)

    def _cut(self, message: Message) -> _Cut | None:
        if "@" not in message.response_text:
            return None
        known = tuple(
            field
            for field in message.response_fields
            if field.since is None or _numbers(field.since) <= self._protocol
        )
        if len(known) == len(message.response_fields):
            return None
        size = KINDS["response"].size + sum(shape.size for _, shape in fixed_only(known))
        # Split entries are two values: a structure, then a frame of keys.
        values = (1 + isinstance(field.shape, SplitEntries) for field in framed_only(known))
        return _Cut(size, sum(values))


def full_version(version: object) -> str:
    """Complete and check a version.

    Args:
        version: a line such as `"5.3"`, or a version such as `"5.3.8"`.

    Returns:
        A version with three numbers.

    Raises:
        ClusterOptionError: it is of no known line.
    """
    match = _VERSION.match(version) if isinstance(version, str) else None
    if match is None or match.group(1) not in _PROTOCOLS:
        raise ClusterOptionError(
            f"version {version!r} is not known",
            hint=f"Known are {', '.join(KNOWN_LINES)}, also with a patch number, such as 5.7.0.",
        )
    line, patch = match.groups()
    return f"{line}.{int(patch)}" if patch else _COMPARED.get(line, f"{line}.0")


_dialects: dict[str, Dialect] = {}


def dialect_of(version: str) -> Dialect:
    """The dialect of a version; the same one each time.

    Args:
        version: what `full_version` returned.
    """
    dialect = _dialects.get(version)
    if dialect is None:
        dialect = _dialects[version] = Dialect(version)
    return dialect


def _numbers(version: str) -> _Version:
    return tuple(map(int, version.split(".")))


def _shorter(message: bytes | bytearray, cut: _Cut) -> bytearray:
    """Copy a message without the end of its first frame, and without its last parameters."""
    size, flags = unpack_from("<iH", message)
    kept = min(size, cut.initial_size)
    shorter = bytearray(message[:kept])
    pack_into("<i", shorter, 0, kept)
    last, last_flags = 0, flags
    depth, values, at = 0, 0, size
    while values < cut.values:
        last = len(shorter)
        size, last_flags = unpack_from("<iH", message, at)
        shorter += message[at : at + size]
        at += size
        depth += bool(last_flags & BEGIN) - bool(last_flags & END)
        values += not depth
    pack_into("<H", shorter, last + 4, last_flags | FINAL)
    return shorter
