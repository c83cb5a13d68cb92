# SPDX-License-Identifier: Apache-2.0
"""The server side of an Aerospike node: what it stores and answers, and a socket around it.

Pure, with time and bytes as arguments: `codes`, `request`, `answers` (the wire as servers read and
write it), `records` and `namespaces` (what is stored), `stored`, `collections`, `geo` (what may be
stored), `operations`, `reading`, `writing`, `deleting`, `batch` (record commands), `info` with
`cluster_info`, `config`, `statistics` and `truncation` (the text protocol), `security`, `views`
(what a node knows of its cluster), `node` and `session`. Only `server` waits.
"""

from __future__ import annotations

__all__: list[str] = []
