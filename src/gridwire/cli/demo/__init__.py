# SPDX-License-Identifier: Apache-2.0
"""``gridwire demo``: both clients at work while a member dies, and every write checked.

- `plan`: what is done, and how many keys, threads and tasks do it
- `ledger`, `latency`, `work`: what was acknowledged and how fast it was; pure
- `target`: what the story needs of a cluster and of its clients, whatever they speak
- `hazelcast`, `aerospike`: that, for each of the two systems; `systems` has both
- `styles`: threads that share a blocking client, tasks that share an asyncio one
- `scenario`: the story on one system, told to a `view.View`
- `result`, `document`, `report`, `view`: the outcome, for programs and for people
"""

from __future__ import annotations

__all__: list[str] = []
