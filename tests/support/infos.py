# SPDX-License-Identifier: Apache-2.0
"""Members as the protocol decodes them, and connections to them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any
from uuid import UUID


def uuid(number: int) -> UUID:
    """A UUID that can be told from others at a glance."""
    return UUID(int=number)


def place(host: str, port: int) -> SimpleNamespace:
    """An address of the protocol."""
    return SimpleNamespace(host=host, port=port)


class Qualifier:
    """An endpoint qualifier of the protocol; it can be a key."""

    def __init__(self, type: int, identifier: str | None = None) -> None:
        self.type = type
        self.identifier = identifier


def info(number: int, port: int = 5701, **changes: Any) -> SimpleNamespace:
    """A member of the protocol, as it is decoded."""
    values: dict[str, Any] = {
        "address": place(f"10.0.0.{number}", port),
        "uuid": uuid(number),
        "attributes": {},
        "lite_member": False,
        "version": SimpleNamespace(major=5, minor=7, patch=0),
        "address_map": {},
    }
    return SimpleNamespace(**{**values, **changes})


class Connection:
    """A connection to a member, as far as the tables look at it."""

    def __init__(self, number: int) -> None:
        self.member_uuid = uuid(number)

    def __repr__(self) -> str:
        return f"<to {self.member_uuid.int}>"
