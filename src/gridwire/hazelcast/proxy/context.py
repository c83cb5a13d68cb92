# SPDX-License-Identifier: Apache-2.0
"""What the proxies of one client share, whatever their call style."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gridwire._core.request import Request
from gridwire.hazelcast._options.patterns import option_for
from gridwire.hazelcast.cluster.late_count import LateCount
from gridwire.hazelcast.cluster.near_cache import NearCache, NearCacheSettings
from gridwire.hazelcast.control.core import ClientCore
from gridwire.hazelcast.operations.owners import Owners
from gridwire.hazelcast.protocol.messages import client as messages
from gridwire.hazelcast.serialization.service import SerializationService

__all__ = ["MAP_SERVICE", "ProxyContext"]

MAP_SERVICE = "hz:impl:mapService"


class ProxyContext:
    """The client behind a proxy.

    Args:
        core: the client.
        serialization: turns objects into bytes and back.
        of_caller: the number of the calling task or thread.

    Attributes:
        owners: tells who calls, since locks belong to a task or a thread.
    """

    def __init__(
        self,
        core: ClientCore,
        serialization: SerializationService,
        of_caller: Callable[[], int],
    ) -> None:
        self.core = core
        self.serialization = serialization
        self.owners = Owners(of_caller)
        self.proxies = core.objects.proxies

    def follow(self, core: ClientCore) -> None:
        """Go by this core from now on; there is another one in the child of a fork."""
        core.objects.proxies = self.proxies
        self.core = core

    def tell_later(self, service_name: str, name: str) -> None:
        """An object was made while no member was connected, which the cluster does not know yet."""
        self.core.objects.tell_later(service_name, name)

    @property
    def partition_count(self) -> int:
        """Number of partitions of the cluster; while it is unknown, one that will know it."""
        state = self.core.state
        return state.partition_count or LateCount(state)

    @property
    def is_smart(self) -> bool:
        """Whether there is a connection to every member."""
        return self.core.state.smart

    async def near_cache(self, name: str) -> NearCache | None:
        """The near cache that is configured for a map; on the client's loop.

        Raises:
            InvalidConfigurationError: two patterns match its name equally well.
            HazelcastError: the members do not accept its listener.
        """
        config = option_for("near_caches", self.core.options.near_caches, name)
        if config is None:
            return None
        settings = NearCacheSettings.of(config)
        return await self.core.near_caching.open(name, settings, self.serialization)

    def create(self, service_name: str, name: str) -> Request[None]:
        """The request that makes the cluster know an object."""
        message = messages.CREATE_PROXY
        return Request(
            message.name, message.encode_request(-1, name, service_name), message.decode_response
        )

    def destroy(self, service_name: str, name: str) -> Request[bool]:
        """The request that removes an object from the cluster.

        Its value says whether this client knew the object until now.
        """
        known = self.proxies.pop((service_name, name), None) is not None
        message = messages.DESTROY_PROXY

        def decode(reply: Any) -> bool:
            message.decode_response(reply)
            return known

        return Request(message.name, message.encode_request(-1, name, service_name), decode)
