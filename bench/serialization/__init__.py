# SPDX-License-Identifier: Apache-2.0
"""Objects to data and back, beside the official Hazelcast client, in one process."""

from __future__ import annotations

__all__: list[str] = []
