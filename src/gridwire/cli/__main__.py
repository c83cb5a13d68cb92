# SPDX-License-Identifier: Apache-2.0
"""``python -m gridwire.cli`` is ``gridwire``, where scripts are not on the path."""

from __future__ import annotations

import sys

from gridwire.cli import main

__all__: list[str] = []

if __name__ == "__main__":
    sys.exit(main())
