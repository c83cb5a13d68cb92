# SPDX-License-Identifier: Apache-2.0
"""What the peer's bytes can be wrong about."""

from __future__ import annotations

from gridwire.errors import ProtocolError

__all__ = ["ProtocolError"]
