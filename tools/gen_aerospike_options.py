#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Write docs/reference/aerospike-options.md from the tables of settings.

``--check`` writes nothing and fails when the page differs from what would be written.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from gen_options_doc import write_or_check
from gridwire.aerospike import constants
from gridwire.aerospike._options.settings import (
    BATCH,
    COMMAND,
    CONFIG,
    INFO,
    META,
    TLS,
    Setting,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "aerospike-options.md"

OURS = {
    "pipeline_depth",
    "tls",
    "rack_id",
    "rack_ids",
    "policies",
    "application_id",
    "max_error_rate",
    "error_rate_window",
}
"""Keys that aerospike_py does not have."""

INTRODUCTION = """\
<!-- Made by tools/gen_aerospike_options.py from gridwire.aerospike._options; change it there. -->

# Options of the Aerospike client

The configuration is a dict. `connect` checks it:

```python
from gridwire import aerospike

client = aerospike.client(
    {
        "hosts": [("10.0.0.1", 3000), ("10.0.0.2", 3000)],
        "max_conns_per_node": 64,
        "policies": {"read": {"total_timeout": 200, "max_retries": 1}},
    }
)
```

Names are those of `aerospike_py`; a key marked **+** exists only here. Times are whole
milliseconds, but `idle_timeout` is in seconds. Two defaults are not those of `aerospike_py`: its
`timeout` is 30,000 ms, and its `idle_timeout` 30,000, in milliseconds.

A value of the wrong type gives a `TypeError` (a boolean is not a number), a number outside its
range an `InvalidArgError`, and another value that cannot be a `ValueError`. A key that is unknown
has no effect, as in `aerospike_py`, and gives one `UserWarning` that names the nearest known key.
`None` stands for a key that is left out.
"""

POLICIES = """\
A call takes its policy as a dict, and where it writes `meta` besides. What a call's policy leaves
out, the configuration's `policies` says, and what these leave out is the default below. A policy is
looked at once, and remembered by what it contains.

`filter_expression` has no effect in this version: any value but `None` is refused with an
`InvalidArgError`, so that nobody relies on a filter that does nothing.
"""

WRITES = """\
In `meta` of a call, and in the policies `write` and `batch`. For a write the policy of the call
comes over `meta`; for a record of a batch its own `meta` comes over the policy. Records that
`batch_remove` removes have `gen`, `key`, `commit_level` and `durable_delete` of these.
"""

SECTIONS: tuple[tuple[str, str, Mapping[str, Setting]], ...] = (
    ("## Configuration", "", CONFIG),
    ("## tls", "`tls` as a dict; any other key is refused. Files are in PEM format.\n", TLS),
    ("## Policies", POLICIES, {}),
    ("### Every command", "In `read`, `write` and `batch`.\n", COMMAND),
    (
        "### Writes",
        WRITES,
        META,
    ),
    ("### Batches", "In `batch` besides.\n", BATCH),
    (
        "### Info commands",
        "In `info`: `info_all`, `info_random_node` and `truncate`.\n",
        INFO,
    ),
)


def page() -> str:
    """Return the text of the page."""
    parts = [INTRODUCTION]
    for heading, text, settings in SECTIONS:
        parts += [f"{heading}\n", *([text] if text else [])]
        if settings:
            parts.append(_table(settings))
    return "\n".join(parts)


def _table(settings: Mapping[str, Setting]) -> str:
    heads = ["key", "default", "value", "meaning"]
    rows = [heads, ["---"] * len(heads), *([*_cells(*each)] for each in settings.items())]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _cells(name: str, setting: Setting) -> Iterator[str]:
    yield f"`{name}`" + (" **+**" if name in OURS else "")
    yield setting.says_default or _default(setting)
    yield setting.takes + (f", in {setting.unit}" if setting.unit else "")
    yield setting.doc


def _default(setting: Setting) -> str:
    """Give the default; that of a choice by its name, the first of its value that is allowed."""
    if setting.takes.startswith("one of "):
        names = [name.strip("`") for name in setting.takes.removeprefix("one of ").split(", ")]
        return f"`{next(name for name in names if getattr(constants, name) == setting.default)}`"
    return f"`{setting.default!r}`"


def main(arguments: Sequence[str] | None = None) -> int:
    """Write or check the page.

    Args:
        arguments: of the command line; `None` means those of the process.

    Returns:
        0, or 1 when the page is not what it should be.
    """
    return write_or_check(__doc__, PAGE, page(), arguments)


if __name__ == "__main__":
    sys.exit(main())
