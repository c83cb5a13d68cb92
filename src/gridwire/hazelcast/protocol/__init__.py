# SPDX-License-Identifier: Apache-2.0
"""The Hazelcast Open Binary Client Protocol: frames, messages and their codec, without any I/O."""

from __future__ import annotations

__all__: list[str] = []
