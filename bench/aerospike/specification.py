# SPDX-License-Identifier: Apache-2.0
"""What a client process is told: one line of JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from bench.aerospike.cases import Case, Peer
from bench.aerospike.responder import Service
from bench.durations import Durations
from bench.model import OURS, Library

__all__ = ["Specification"]


@dataclass(frozen=True, slots=True)
class Specification:
    """One measurement: which library does what, where, and for how long."""

    library: Library
    peer: Peer
    case: Case
    hosts: tuple[str, ...]
    durations: Durations
    limit: float
    uvloop: bool = False
    profile: bool = False

    @property
    def client(self) -> str:
        """The name of the library that this is about."""
        return OURS if self.library == OURS else self.peer

    def to_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        return asdict(self)

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Specification:
        """Read what `to_json` gave.

        Raises:
            KeyError: Something is missing.
            TypeError: Something has another name.
        """
        fields = dict(document)
        case = dict(fields["case"])
        case["service"] = Service(**case["service"])
        fields["case"] = Case(**case)
        fields["durations"] = Durations(**fields["durations"])
        fields["hosts"] = tuple(fields["hosts"])
        return cls(**fields)
