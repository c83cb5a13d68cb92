# SPDX-License-Identifier: Apache-2.0
"""What the peer's bytes can be wrong about."""

from __future__ import annotations

from gridwire import errors
from gridwire.aerospike.exception import AerospikeError

__all__ = ["ProtocolError"]


class ProtocolError(AerospikeError, errors.ProtocolError):
    """An answer makes no sense. A write that it was the answer to may have been done."""
