# SPDX-License-Identifier: Apache-2.0
"""What the proxies of one client share, whatever their call style."""

from __future__ import annotations

from typing import Any

from gridwire._core.request import Request
from gridwire.hazelcast.control.core import ClientCore
from gridwire.hazelcast.protocol.messages import client as messages
from gridwire.hazelcast.serialization.service import SerializationService

__all__ = ["MAP_SERVICE", "ProxyContext"]

MAP_SERVICE = "hz:impl:mapService"


class ProxyContext:
    """The client behind a proxy.

    Args:
        core: the client.
        serialization: turns objects into bytes and back.
    """

    def __init__(self, core: ClientCore, serialization: SerializationService) -> None:
        self.core = core
        self.serialization = serialization
        self.proxies: dict[tuple[str, str], Any] = {}

    @property
    def partition_count(self) -> int:
        """Number of partitions of the cluster."""
        return self.core.state.partition_count

    @property
    def is_smart(self) -> bool:
        """Whether there is a connection to every member."""
        return self.core.state.smart

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
