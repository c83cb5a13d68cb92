# SPDX-License-Identifier: Apache-2.0
"""``python -m bench``: measure, and report."""

from __future__ import annotations

from bench.cli import app

__all__: list[str] = []

if __name__ == "__main__":
    app(prog_name="bench")
