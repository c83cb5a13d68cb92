# SPDX-License-Identifier: Apache-2.0
"""Objects to bytes and back, as Hazelcast members and their clients in other languages do it.

- `api`: what a program needs to serialize classes of its own;
- `service`: `SerializationService`, the entry of the rest of the library;
- `data`: the form of serialized data, and the partition that a key belongs to;
- `registry`: the rows that tie types of Python to type ids of Hazelcast.

Nothing is imported here: `config` and `core` use parts of this package that do not need the rest.
"""

from __future__ import annotations

__all__: list[str] = []
