# SPDX-License-Identifier: Apache-2.0
"""The server side of an Aerospike cluster: what nodes store and answer, and sockets around them.

Pure, with time and bytes as arguments: `codes`, `request`, `answers`, `message_names` (the wire as
servers read and write it), `records` and `namespaces` (what is stored), `stored`, `collections`,
`geo` (what may be stored), `operations`, `reading`, `writing`, `deleting`, `batch` (record
commands), `info` with `cluster_info`, `config`, `statistics` and `truncation` (the text protocol),
`security` and `users`, `views` (what a node knows of its cluster) with `membership` and `ownership`
(several nodes), `fault_specs`, `faults` and `damage`, `options`, `node` and `session`. Only `link`,
`server`, `traffic` and `cluster` wait.
"""

from __future__ import annotations

__all__: list[str] = []
