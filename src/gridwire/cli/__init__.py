# SPDX-License-Identifier: Apache-2.0
"""The command ``gridwire``: see a cluster at work, start one, or find out what is wrong.

It needs the extra ``cli``; everything else in gridwire does without.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec

__all__ = ["main"]

_NEEDED = ("typer", "rich")


def main() -> int:
    """Run the command line of this process.

    Returns:
        The exit status: 0, 1 when the command found something wrong, 2 when it could not begin,
        3 when the doctor has warnings alone, 128 and the number of the signal when it was
        interrupted.
    """
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        sys.stderr.write(
            f"The command gridwire needs {' and '.join(missing)}. Install them with:\n\n"
            "    python -m pip install 'gridwire[cli]'\n"
        )
        return 2
    from gridwire.cli.app import run

    return run()
