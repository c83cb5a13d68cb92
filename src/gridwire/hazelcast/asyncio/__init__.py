# SPDX-License-Identifier: Apache-2.0
"""The Hazelcast client for asyncio."""

from __future__ import annotations

from gridwire.hazelcast.asyncio.client import HazelcastClient
from gridwire.hazelcast.asyncio.map import Map
from gridwire.hazelcast.proxy.base import EntryEventCallable

__all__ = ["EntryEventCallable", "HazelcastClient", "Map"]
