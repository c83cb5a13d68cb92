# SPDX-License-Identifier: Apache-2.0
"""A client of Aerospike clusters.

::

    from gridwire import aerospike

    with aerospike.client({"hosts": [("127.0.0.1", 3000)]}).connect() as client:
        client.put(("test", "scores", "ann"), {"points": 3})
        print(client.get(("test", "scores", "ann")).bins)

`AsyncClient` is the same for asyncio. Constants, types and errors are here by their names, and in
the modules `constants`, `types` and `exception`.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from gridwire.aerospike import constants, exception, types
from gridwire.aerospike._logging import set_log_level
from gridwire.aerospike.constants import *  # noqa: F403 - its list is checked in its module
from gridwire.aerospike.exception import *  # noqa: F403 - its list is checked in its module
from gridwire.aerospike.operations.batch_results import LazyBatchRecords
from gridwire.aerospike.protocol.values import HLL, GeoJSON
from gridwire.aerospike.types import *  # noqa: F403 - its list is checked in its module

if TYPE_CHECKING:
    from gridwire.aerospike._client import Client
    from gridwire.aerospike.asyncio.client import AsyncClient

__all__ = [
    "HLL",
    "AsyncClient",
    "Client",
    "GeoJSON",
    "LazyBatchRecords",
    "async_client",
    "client",
    "exception",
    "set_log_level",
]
__all__ += constants.__all__
__all__ += exception.__all__
__all__ += types.__all__


def client(config: Mapping[str, Any]) -> Client:
    """Make a client; it connects by `connect`.

    Args:
        config: the configuration, checked when it connects.
    """
    from gridwire.aerospike._client import Client

    return Client(config)


def async_client(config: Mapping[str, Any]) -> AsyncClient:
    """Make a client for asyncio; it connects by `connect`.

    Args:
        config: the configuration, checked when it connects.
    """
    from gridwire.aerospike.asyncio.client import AsyncClient

    return AsyncClient(config)


# A program needs one of the two, and errors and constants without either.
_LATER = {
    "AsyncClient": "gridwire.aerospike.asyncio.client",
    "Client": "gridwire.aerospike._client",
}


def __getattr__(name: str) -> Any:
    home = _LATER.get(name)
    if home is not None:
        value = globals()[name] = getattr(importlib.import_module(home), name)
        return value
    # Old names of errors, with their warning.
    return getattr(exception, name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
