# SPDX-License-Identifier: Apache-2.0
"""Proxies of distributed objects: what `get_map` and its kind give to users of threads."""

from __future__ import annotations

__all__: list[str] = []
