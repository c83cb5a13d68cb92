# SPDX-License-Identifier: Apache-2.0
"""The doctor: looks at a cluster from here, and says what is wrong and what to change.

Each check gathers facts and has a pure function judge them: what is in ``*_judging`` modules knows
no socket, and what gathers has no opinion. Facts are gathered by the connectors, handshakes and
message tables of the clients themselves.
"""

from __future__ import annotations

__all__: list[str] = []
