# SPDX-License-Identifier: Apache-2.0
"""Nodes asked without a client: for tools that look at a cluster which no client may get into."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gridwire.aerospike._options.client_options import read_config
from gridwire.aerospike.control.authentication import credentials_of
from gridwire.aerospike.control.opening import Opener

__all__ = ["opener_of"]


async def opener_of(config: Mapping[str, Any], version: str) -> Opener:
    """What `NodeAccess` needs to get into nodes; to be made on the loop that it is used on.

    Args:
        config: of a client, as users write it.
        version: of this library, as servers list it.

    Raises:
        TypeError: a value has the wrong type.
        ValueError: a value cannot be.
        ClientError: options do not go together.
        UsageError: a file of TLS cannot be read.
    """
    options = read_config(config)
    opener = Opener(options, version)
    opener.credentials = await credentials_of(options)
    return opener
