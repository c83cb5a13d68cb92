# SPDX-License-Identifier: Apache-2.0
"""What all proxies of distributed objects have in common, whatever their call style."""

from __future__ import annotations

from typing import Any, Generic, NoReturn, TypeVar

from gridwire._core.unportable import unportable as _unportable
from gridwire.hazelcast.operations.entry_events import (
    EntryEvent,
    EntryEventCallable,
    EntryEventType,
)
from gridwire.hazelcast.proxy.context import ProxyContext

__all__ = [
    "EntryEvent",
    "EntryEventCallable",
    "EntryEventType",
    "FutureProxy",
    "Proxy",
    "unportable",
]

E = TypeVar("E")


def unportable(thing: object) -> TypeError:
    """What is said to who sends a client, or an object of one, to another process.

    Args:
        thing: what was to be sent.
    """
    return _unportable(
        thing, "Make a client in the other process; a child that is forked has this one"
    )


class Proxy(Generic[E]):
    """A distributed object as its client sees it.

    Args:
        service_name: of the member's service.
        name: of the object.
        engine: makes the calls in the proxy's style.
        context: what proxies of one client share.

    Attributes:
        service_name: as given.
        name: as given.
    """

    def __init__(self, service_name: str, name: str, engine: E, context: ProxyContext) -> None:
        self.service_name = service_name
        self.name = name
        self._engine = engine
        self._context = context

    def __reduce__(self) -> NoReturn:
        raise unportable(self)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(name={self.name!r})"


class FutureProxy(Proxy[E]):
    """A proxy whose methods return futures.

    Args:
        service_name: of the member's service.
        name: of the object.
        engine: makes calls that return futures.
        context: what proxies of one client share.
        blocking: makes calls that wait.
    """

    def __init__(
        self, service_name: str, name: str, engine: E, context: ProxyContext, blocking: Any
    ) -> None:
        super().__init__(service_name, name, engine, context)
        self._blocking = blocking
