# SPDX-License-Identifier: Apache-2.0
"""What is compared: one value to data (``write-``) or back (``read-``) by both clients."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hazelcast.config import Config
from hazelcast.serialization.service import SerializationServiceV1

from bench.children import WrongAnswerError
from bench.model import OURS, Library
from bench.serialization.portables import PORTABLE, official_portable, our_portable
from bench.serialization.records import RECORD, official_compact, our_compact, our_dataclass
from gridwire.hazelcast.serialization.service import SerializationService

__all__ = ["CASES", "Case"]


def _official() -> SerializationServiceV1:
    return SerializationServiceV1(Config())


@dataclass(frozen=True, slots=True)
class _Subject:
    """A value, and who serializes it."""

    value: Any
    ours: Callable[[], Any] = SerializationService
    theirs: Callable[[], Any] = _official


_SUBJECTS = {
    "int": _Subject(123456),
    "str": _Subject("hello world"),
    "bytes": _Subject(bytearray(b"x" * 100)),
    "dict": _Subject({f"key {number}": number for number in range(20)}),
    "list": _Subject(list(range(1000))),
    "portable": _Subject(PORTABLE, our_portable, official_portable),
    "compact": _Subject(RECORD, our_compact, official_compact),
    "dataclass": _Subject(RECORD, our_dataclass, official_compact),
}


@dataclass(frozen=True, slots=True)
class Case:
    """One value in one direction."""

    name: str

    @property
    def operation_bytes(self) -> int:
        """Size of the data."""
        return len(self._subject.ours().to_data(self._subject.value))

    def call(self, library: Library) -> Callable[[], Any]:
        """Give what is measured of a library.

        Raises:
            WrongAnswerError: The value does not come back as it was.
        """
        subject = self._subject
        service = subject.ours() if library == OURS else subject.theirs()
        data = service.to_data(subject.value)
        back = service.to_object(data)
        if back != subject.value:
            raise WrongAnswerError(f"{self.name}: {library} reads {back!r}")
        if self.name.startswith("write-"):
            return lambda: service.to_data(subject.value)
        return lambda: service.to_object(data)

    @property
    def _subject(self) -> _Subject:
        return _SUBJECTS[self.name.partition("-")[2]]


CASES = tuple(Case(f"{way}-{name}") for name in _SUBJECTS for way in ("write", "read"))
