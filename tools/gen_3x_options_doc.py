#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Write docs/reference/hazelcast-3-options.md from the table of the options of 3.x.

``--check`` writes nothing and fails when the page differs from what would be written.
"""

from __future__ import annotations

import sys
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING

from gen_options_doc import write_or_check
from gridwire.hazelcast._options.config3.base import Group3x
from gridwire.hazelcast._options.config3.row import Row
from gridwire.hazelcast._options.config3.table import ROWS
from gridwire.hazelcast._options.option import OptionGroup
from gridwire.hazelcast._options.spellings import NamedGroup
from gridwire.hazelcast.config import ClientProperties, SocketOption

if TYPE_CHECKING:
    from collections.abc import Sequence

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "hazelcast-3-options.md"

INTRODUCTION = """\
<!-- Made by tools/gen_3x_options_doc.py from gridwire.hazelcast._options.config3.table; change it
     there. -->

# Options of the official client 3.x

`HazelcastClient` takes the configuration of `hazelcast-python-client` 3.x as it is, in every call
style. How to leave it behind is told in
[migrating from 3.x](../how-to/migrating-from-hazelcast-3.md). Members have to be 4.2 or later.

```python
from gridwire.hazelcast import ClientConfig
from gridwire.hazelcast.config import Config

config = ClientConfig()
config.group_config.name = "orders"
config.network_config.addresses.append("10.0.0.7:5701")
config.network_config.connection_timeout = 2.5

today = Config.resolve(config, {})  # what the client makes of it
print(today.cluster_name, today.retry_max_rounds)
```

```text title="prints"
orders 2
```

* **Values are checked** when they are set, and lists and dicts once more when a client is made: a
  wrong type is a `TypeError`, a value that cannot be a `ValueError` (both, when it is a number or
  name that no member of an enum has), an unknown name an `InvalidConfigurationError` that names the
  nearest one.
* **Defaults** are those of 3.x for whoever passes a `ClientConfig`, and for nobody else: two rounds
  three seconds apart, near caches without eviction, any member by chance. Whatever 3.x had no
  option for is as it is [today](hazelcast-options.md), TLS included.
* **Keywords beside it** are options of today. One wins over what was not set in the `ClientConfig`,
  and then over all options that its line names. Against what was set it wins nothing: unless both
  say the same, the client is not made, and a `ContradictingOptionsError` names the two.
* **A name of 3.x among the keywords**, or set in a `Config` of today, is an `UnknownOptionError`
  that says what to write instead.
* **An option without a meaning today** that was set is a `ConfigurationWarning`, at the line where
  the client is made.

The column *today* has the keywords of `HazelcastClient` that an option decides.
"""

PROPERTIES = """\
`config.set_property(name, value)` sets them. Numbers and booleans may be written as text. What is
not set may come from an environment variable of the same name, as in 3.12; what is set wins, and
so does a keyword.
"""

NAMES = (
    ("DEFAULT_GROUP_NAME, DEFAULT_GROUP_PASSWORD", '`"dev"` and `"dev-pass"`'),
    (
        "PROPERTY_HEARTBEAT_INTERVAL, PROPERTY_HEARTBEAT_TIMEOUT",
        "the names of two properties, for programs older than `ClientProperties`",
    ),
    ("INTEGER_TYPE", "`IntType` of today, which has the same names and numbers"),
    ("EVICTION_POLICY", "`EvictionPolicy` of today, which has the same names and numbers"),
    ("IN_MEMORY_FORMAT", "`InMemoryFormat` of today, which has the same names and numbers"),
    ("PROTOCOL", "versions of TLS with the numbers of 3.x, which are not those of `SSLProtocol`"),
    (
        "NearCacheConfig(name=None), FlakeIdGeneratorConfig(name=None)",
        "one class each, in the spellings of both generations; `add_...` wants a name",
    ),
)


def page() -> str:
    """Return the text of the page."""
    parts = [INTRODUCTION]
    for group in dict.fromkeys(row.group for row in ROWS):
        parts.append(f"## {group.__name__}\n")
        if group is ClientProperties:
            parts.append(PROPERTIES)
        parts.append(_table([row for row in ROWS if row.group is group]))
    names = [("name", "what it is"), ("---", "---")]
    names += [(f"`{name.replace(', ', '`, `')}`", text) for name, text in NAMES]
    parts += ["## Names\n", "All of them can be imported from `gridwire.hazelcast.config`.\n"]
    return "\n".join([*parts, _lines(names)])


def _table(rows: Sequence[Row]) -> str:
    lines = [("3.x", "default", "today", "meaning"), ("---",) * 4]
    lines += [(_name(row), _default(row), _today(row), row.meaning) for row in rows]
    return _lines(lines)


def _lines(rows: Sequence[Sequence[str]]) -> str:
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _name(row: Row) -> str:
    if row.group is ClientProperties:
        return f"`{row.name}`, `{getattr(ClientProperties, row.name).name}`"
    return f"`{row.name}`"


def _today(row: Row) -> str:
    return ", ".join(f"`{name}`" for name in row.today)


def _default(row: Row) -> str:
    if row.group is ClientProperties:
        return f"`{getattr(ClientProperties, row.name).default_value!r}`"
    assert issubclass(row.group, OptionGroup)
    if issubclass(row.group, NamedGroup):
        group: OptionGroup = row.group()
        assert isinstance(group, NamedGroup)
        group.of_3x()
        return _shown(getattr(group, row.name))
    if row.group is SocketOption or row.name not in row.group.options:
        return ""  # all three have to be given; a method has no default
    return _shown(row.group.options[row.name].default)


def _shown(value: object) -> str:
    if isinstance(value, IntEnum):
        return f"`{value.name}`"
    return "" if isinstance(value, Group3x) else f"`{value!r}`"


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
