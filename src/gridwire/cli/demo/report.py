# SPDX-License-Identifier: Apache-2.0
"""The outcome of a demo as tables, for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from rich import box
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from gridwire.cli.demo.latency import summarize
from gridwire.cli.demo.ledger import FailedWrite, Verdict
from gridwire.cli.demo.result import Opening, Result
from gridwire.cli.demo.work import Part, Series
from gridwire.errors import Outcome
