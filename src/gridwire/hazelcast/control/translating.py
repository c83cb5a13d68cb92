# SPDX-License-Identifier: Apache-2.0
"""A function of the application says where a member is reached."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from gridwire._core.addresses import Endpoint
from gridwire.hazelcast.control.asking import Unanswered, ask
from gridwire.hazelcast.core import Address
from gridwire.hazelcast.errors import DiscoveryError

__all__ = ["Translator"]

_MAX_REMEMBERED = 1000
"""Translations that are remembered; they only serve to say what may be wrong."""

_PORTS = range(1, 65536)


class Translator:
    """Translates the addresses that members announce.

    Args:
        function: of the application.
        seconds: that one translation may take.
    """

    def __init__(self, function: Callable[..., Any], seconds: float) -> None:
        self._function = function
        self._seconds = seconds
        self._given: dict[Address, Address] = {}

    def given(self, address: Address) -> Address | None:
        """What the function gave last for an address; None where it was not asked.

        Args:
            address: that a member announces.
        """
        return self._given.get(address)

    async def know(self, address: Address) -> None:
        """Ask the function if it was not asked before: whom it was not needed for is known too.

        Args:
            address: that a member announces.
        """
        if address not in self._given:
            with suppress(DiscoveryError):
                await self.place_of(address)

    async def place_of(self, address: Address) -> Endpoint:
        """Where a member is reached.

        Args:
            address: that it announces.

        Raises:
            DiscoveryError: the function does not say; its exception is the cause.
        """
        try:
            given = await ask(
                self._function,
                address,
                seconds=self._seconds,
                thread="gridwire-address-translator",
            )
        except Unanswered as error:
            raise _failed(str(error), address) from error.__cause__
        match given:
            case Address(host=str(host), port=int(port)) | (str(host), int(port)) if (
                host and port in _PORTS and not isinstance(port, bool)
            ):
                if len(self._given) >= _MAX_REMEMBERED:
                    self._given.clear()
                self._given[address] = Address(host, port)
                return Endpoint(host, port)
        raise _failed(f"gave {given!r:.100}, which is no Address and no host and port", address)


def _failed(what: str, address: Address) -> DiscoveryError:
    return DiscoveryError(
        f"the address_translator {what}",
        hint="It has to know every address that a member announces.",
        address=str(address),
    )
