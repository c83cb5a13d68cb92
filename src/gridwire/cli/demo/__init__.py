# SPDX-License-Identifier: Apache-2.0
"""``gridwire demo``: both clients at work while a member dies, and every write checked.

- `plan`: what is done, and how many keys, threads and tasks do it
- `ledger`, `latency`, `work`: what was acknowledged and how fast it was; pure
- `styles`: the blocking and the asyncio client behind one interface
- `target`: the cluster, our own or one that runs already
- `scenario`: the story, told to a `view.View`
- `result`, `document`, `report`, `view`: the outcome, for programs and for people
"""

from __future__ import annotations

__all__: list[str] = []
