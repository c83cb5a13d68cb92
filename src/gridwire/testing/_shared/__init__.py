# SPDX-License-Identifier: Apache-2.0
"""What test clusters of both systems have in common, and neither protocol knows of.

`clock` (the time by which they live), `methods` (what every cluster can be told, whoever tells it)
and `orders` (the same as data) decide; `dripping` (bytes that trickle) and `closing` (a server
that stops listening) wait.
"""

from __future__ import annotations

__all__: list[str] = []
