# SPDX-License-Identifier: Apache-2.0
"""gridwire beside hazelcast-python-client: the cases, the targets, and the client process."""

from __future__ import annotations

__all__: list[str] = []
