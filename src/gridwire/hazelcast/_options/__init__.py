# SPDX-License-Identifier: Apache-2.0
"""What `gridwire.hazelcast.config` is made of: enums, rules, the option descriptor, groups."""

from __future__ import annotations

__all__: list[str] = []
