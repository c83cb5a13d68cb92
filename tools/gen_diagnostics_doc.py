#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Write docs/reference/diagnostics.md from the typed dicts of both systems.

``--check`` writes nothing and fails when the page differs from what would be written.
"""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING

from gen_options_doc import write_or_check
from gridwire._core.counters import COUNTERS
from gridwire.hazelcast.control.gauges import GAUGES
from gridwire.hazelcast.control.statistics import NEAR_CACHE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "reference" / "diagnostics.md"
SYSTEMS = {"Hazelcast": "hazelcast", "Aerospike": "aerospike"}

INTRODUCTION = """\
<!-- Made by tools/gen_diagnostics_doc.py from gridwire.hazelcast.diagnostics,
     gridwire.aerospike.diagnostics and gridwire._core.counters; change it there. -->

# What a client tells about itself

`client.diagnostics()` is there in every client: of threads (for futures too) and of asyncio,
where it is no coroutine either. It gives plain dicts, lists, texts and numbers, ready for
`json.dumps`:

```python
import json

from gridwire.hazelcast import HazelcastClient
from gridwire.testing import HazelcastCluster

with HazelcastCluster(members=3) as cluster:
    with HazelcastClient(
        cluster_members=cluster.addresses, cluster_name=cluster.cluster_name
    ) as client:
        now = client.diagnostics()
        print(now["client"]["state"], [one["in_flight"] for one in now["connections"]])
        print(json.dumps(now, indent=2))
    print(client.diagnostics()["client"]["state"])
```

It reads what the client knows just now, from any thread, waits for nothing and asks nobody, so it
works while members are gone, before the client is connected and after it was shut down. The parts
are read one after the other: a call may end in between. There are no secrets in it: no password,
no token, no key and no value of yours.

Times that something lasted are seconds; moments are seconds since 1970; sizes are bytes. The keys
stay as they are; later versions may add some. Types for them are in
`gridwire.hazelcast.diagnostics` and `gridwire.aerospike.diagnostics`.
"""

COUNTERS_TEXT = """
## Counters

The same names for both systems; what a system does not have stays 0.

| name | meaning |
|---|---|
"""

STATISTICS_TEXT = """
## What members are told

With `statistics_enabled=True` a Hazelcast client sends a report about itself every
`statistics_period` seconds, for the Management Center and whoever else asks a member. It goes over
the connection that is open for longest, so that one member has all of them for as long as possible.
One that cannot be sent is logged, and the next one comes when it is due. Names and format are those
of the official client:

* attributes: when the report was made; type, version, name and address of the client, and since
  when it is connected;
* for each near cache {near_cache};
* `tcp.bytesSend` and `tcp.bytesReceived`, over all connections;
* {gauges}.

The last ones are what the operating system tells the standard library; psutil is neither needed nor
used. What a system does not tell is left out; on Linux all of them are there. Three are taken as
members take their own: `os.committedVirtualMemorySize` is the virtual memory of this process,
`os.maxFileDescriptorCount` the limit that is in force, and `runtime.availableProcessors` counts
those that this process may use.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Write or compare the page; the exit status."""
    parts = [INTRODUCTION]
    for title, package in SYSTEMS.items():
        parts.append(f"\n## {title}\n")
        parts.extend(_sections(ROOT / "src" / "gridwire" / package / "diagnostics.py"))
    parts.append(COUNTERS_TEXT)
    parts.extend(f"| `{name}` | {meaning} |\n" for name, meaning in COUNTERS.items())
    near_cache = _listed([f"`{name}`" for name, _, _ in NEAR_CACHE])
    gauges = _listed([f"`{name}`" for name in GAUGES])
    parts.append(STATISTICS_TEXT.format(near_cache=near_cache, gauges=gauges))
    return write_or_check(__doc__, PAGE, "".join(parts), arguments)


def _listed(names: list[str]) -> str:
    """Names in a point of a list, in lines that are not too long."""
    return "\n  ".join(wrap(", ".join(names), 90, break_on_hyphens=False))


def _sections(path: Path) -> Iterator[str]:
    """One table for each part, under the key that it has in the whole."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    kinds = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    yield from _table("", kinds["Diagnostics"], kinds)


def _table(key: str, kind: ast.ClassDef, kinds: dict[str, ast.ClassDef]) -> Iterator[str]:
    if key:
        yield f"\n### `{key}`\n\n{ast.get_docstring(kind)}\n"
    yield "\n| key | type | meaning |\n|---|---|---|\n"
    below = []
    for name, form, meaning in _fields(kind):
        yield f"| `{name}` | {_plain(form, kinds)} | {meaning} |\n"
        named = [word for word in re.findall(r"\w+", form) if word in kinds]
        suffix = "[]" if form.startswith("list") else "{}" if form.startswith("dict") else ""
        below += [(f"{key}.{name}{suffix}".lstrip("."), kinds[one]) for one in named]
    for inner, part in below:
        yield from _table(inner, part, kinds)


def _fields(kind: ast.ClassDef) -> Iterator[tuple[str, str, str]]:
    """Name, type and meaning of each key."""
    for node, text in zip(kind.body, kind.body[1:], strict=False):
        if isinstance(node, ast.AnnAssign) and isinstance(text, ast.Expr):
            assert isinstance(node.target, ast.Name)
            assert isinstance(text.value, ast.Constant)
            meaning = " ".join(str(text.value.value).split())
            yield node.target.id, ast.unparse(node.annotation), meaning


def _plain(form: str, kinds: dict[str, ast.ClassDef]) -> str:
    """A type as JSON has it."""
    plain = {"str": "text", "int": "number", "float": "number", "bool": "true or false"}
    words = re.sub(r"\w+", lambda word: "object" if word[0] in kinds else word[0], form)
    if match := re.fullmatch(r"list\[(.*)\]", words):
        return f"list of {plain.get(match[1], match[1])}s"
    if match := re.fullmatch(r"dict\[str, (.*)\]", words):
        return f"{plain.get(match[1], match[1])} by name"
    kind, _, none = words.partition(" | ")
    return f"{plain.get(kind, kind)}{' or null' if none else ''}"


if __name__ == "__main__":
    sys.exit(main())
