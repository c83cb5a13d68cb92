#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Write docs/reference/hazelcast-options.md from the table of options.

``--check`` writes nothing and fails when the page differs from what would be written.
"""

from __future__ import annotations

import argparse
import sys
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gridwire.hazelcast.config import (
    Config,
    FlakeIdGeneratorConfig,
    NearCacheConfig,
    Option,
    OptionGroup,
    ReliableTopicConfig,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "hazelcast-options.md"

INTRODUCTION = """\
<!-- Made by tools/gen_options_doc.py from gridwire.hazelcast.config; change it there. -->

# Options of the Hazelcast client

Pass them to `HazelcastClient` as keyword arguments, or set them on a `Config` and pass that:

```python
from gridwire.hazelcast.config import Config

config = Config()
config.cluster_name = "orders"
config.heartbeat_interval = 2.5
```

Names are those of the official client, and so are defaults, but for those of TLS, which are safer
here (see [the differences](hazelcast-differences.md#options)); an option marked **+** exists only
here. A value of the wrong type gives a `TypeError` (a boolean is not a number), one that is not
allowed a `ValueError`, an unknown name an `InvalidConfigurationError` that names the nearest
option, or says what to write for a [name of 3.x](hazelcast-3-options.md). Options that are one of a
few take the member of the enum, its number or its name; another number or name is a `ValueError`
and, as with the official client, a `TypeError`. No text shows a password or a token.
"""

REFUSED = """\
These options have no effect in this version. Any value but the default is refused with an
`InvalidConfigurationError`, so that nobody relies on an option that does nothing.
"""

GROUPS: tuple[tuple[str, type[OptionGroup]], ...] = (
    ("near_caches", NearCacheConfig),
    ("flake_id_generators", FlakeIdGeneratorConfig),
    ("reliable_topics", ReliableTopicConfig),
)


def page() -> str:
    """Return the text of the page."""
    options = Config.options.values()
    parts = [
        INTRODUCTION,
        "## In effect\n",
        _table(each for each in options if each.feature is None),
        "## Refused for now\n",
        REFUSED,
        _table((each for each in options if each.feature is not None), "comes with"),
    ]
    for name, group in GROUPS:
        parts += [f"## Options of each of `{name}`\n", _table(group.options.values())]
    return "\n".join(parts)


def _table(options: Iterable[Option[Any, Any]], *more: str) -> str:
    heads = ["option", "default", "value", "meaning", *more]
    rows = [heads, ["---"] * len(heads), *([*_cells(each)] for each in options)]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _cells(option: Option[Any, Any]) -> Iterator[str]:
    yield f"`{option.name}`" + (" **+**" if option.ours else "")
    yield _default(option.default)
    yield option.rule.says + (f", in {option.unit}" if option.unit else "")
    yield option.doc
    if option.feature:
        yield option.feature


def _default(value: object) -> str:
    if isinstance(value, Enum):
        return f"`{value.name}`"
    if isinstance(value, int) and value >= 10_000:
        return f"`{value:_}`"
    return f"`{value!r}`"


def write_or_check(
    about: str | None, page: Path, text: str, arguments: Sequence[str] | None = None
) -> int:
    """Write a generated page, or compare it with what would be written.

    Args:
        about: what the program does, for its help.
        page: the file, unless the command line names another.
        text: what it should be.
        arguments: of the command line; `None` means those of the process.

    Returns:
        0, or 1 when the page is not what it should be.
    """
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    parser.add_argument("--page", type=Path, default=page, help="the file to write or to compare")
    options = parser.parse_args(arguments)
    wanted = text.encode()
    if not options.check:
        options.page.write_bytes(wanted)
        print(f"wrote {options.page}")
        return 0
    if options.page.is_file() and options.page.read_bytes() == wanted:
        return 0
    print(f"{options.page} is stale; run tools/{parser.prog}", file=sys.stderr)
    return 1


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
