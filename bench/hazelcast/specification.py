# SPDX-License-Identifier: Apache-2.0
"""What a client process is told: one line of JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from bench.durations import Durations
from bench.hazelcast.cases import Case
from bench.model import Library

__all__ = ["Specification"]


@dataclass(frozen=True, slots=True)
class Specification:
    """One measurement: which library does what, where, and for how long."""

    library: Library
    case: Case
    addresses: tuple[str, ...]
    cluster_name: str
    durations: Durations
    limit: float
    uvloop: bool = False
    profile: bool = False

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
        fields["case"] = Case(**fields["case"])
        fields["durations"] = Durations(**fields["durations"])
        fields["addresses"] = tuple(fields["addresses"])
        return cls(**fields)
