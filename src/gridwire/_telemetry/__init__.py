# SPDX-License-Identifier: Apache-2.0
"""Spans and metrics by the conventions of OpenTelemetry for database clients, for both systems.

Imported only by clients that are told to use it: it needs the package ``opentelemetry-api``.
`calls` follows single calls; `instruments` has what is the same for all clients of a program;
`extra` is imported first, and says what is missing.
"""

from __future__ import annotations

__all__: list[str] = []
