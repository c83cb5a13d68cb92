# SPDX-License-Identifier: Apache-2.0
"""Where the nodes of a test cluster live: on a thread of this program, or in a process beside it.

A home knows nothing of what lives in it but that it starts, stops, and takes orders, which are
data: ``{"do": "kill", "name": "..."}``.
"""

from __future__ import annotations

__all__: list[str] = []
