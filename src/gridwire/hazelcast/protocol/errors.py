# SPDX-License-Identifier: Apache-2.0
"""What the protocol layer raises about bytes that a member sent."""

from __future__ import annotations

__all__ = ["ProtocolError"]


class ProtocolError(ValueError):
    """The peer sent bytes that are not a Hazelcast message.

    The connection that carried them is closed; other connections are not touched.
    """
