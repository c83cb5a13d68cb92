# SPDX-License-Identifier: Apache-2.0
"""Values that Python has no type of its own for; each can be stored back as it was read."""

from __future__ import annotations

from typing import Any, Self

__all__ = ["HLL", "GeoJSON", "LanguageBlob"]


class GeoJSON(str):
    """A GeoJSON text: stored as one, and read as one; otherwise a plain string."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"GeoJSON({str.__repr__(self)})"


class HLL(bytes):
    """The bytes of a HyperLogLog value as the server keeps them."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"HLL(<{len(self)} bytes>)"


class LanguageBlob(bytes):
    """Bytes that another client serialized in its own language's way.

    Args:
        data: the bytes.
        particle_type: the server's number for the language, 7 (Java) to 12 (Erlang).

    Attributes:
        particle_type: as given.
    """

    particle_type: int

    def __new__(cls, data: bytes, particle_type: int) -> Self:
        """Bytes, with the language's number."""
        made = super().__new__(cls, data)
        made.particle_type = particle_type
        return made

    def __getnewargs__(self) -> Any:
        return bytes(self), self.particle_type

    def __repr__(self) -> str:
        return f"LanguageBlob({bytes(self)!r}, particle_type={self.particle_type})"
