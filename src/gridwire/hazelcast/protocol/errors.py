# SPDX-License-Identifier: Apache-2.0
"""What the protocol layer raises about bytes that a member sent."""

from __future__ import annotations

from gridwire.errors import ProtocolError

__all__ = ["ProtocolError"]
