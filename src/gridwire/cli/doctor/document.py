# SPDX-License-Identifier: Apache-2.0
"""The report as one JSON document, whose schema only grows."""

from __future__ import annotations

from typing import Any

import gridwire
from gridwire.cli.doctor.findings import Report, Status

__all__ = ["SCHEMA", "document_of"]

SCHEMA = 1
"""Counts the changes that a program which reads the document would not survive."""


def document_of(report: Report) -> dict[str, Any]:
    """What is printed with ``--json``.

    Args:
        report: what was found.
    """
    return {
        "schema": SCHEMA,
        "gridwire": gridwire.__version__,
        "system": report.system,
        "members": list(report.members),
        "status": report.status.value,
        "exit_status": report.exit_status,
        "elapsed_seconds": round(report.seconds, 6),
        "counts": {status.value: report.count(status) for status in Status},
        "findings": [
            {
                "check": one.check,
                "target": one.target,
                "status": one.status.value,
                "summary": one.summary,
                "change": one.change,
                "facts": dict(one.facts),
            }
            for one in report.findings
        ],
    }
