# SPDX-License-Identifier: Apache-2.0
"""Every line about a client goes through the client's log, which gives it its fields."""

from __future__ import annotations

import ast
from pathlib import Path

from gridwire._core.logs import FIELDS

SOURCE = Path(__file__).resolve().parents[1] / "src" / "gridwire"
SYSTEMS = ("hazelcast", "aerospike")
LEVELS = {"debug", "info", "warning", "error", "exception", "critical"}
OF_LOGGING = {"exc_info", "stack_info", "stacklevel", "extra"}
MAKES_LOGS = {
    "hazelcast/control/core.py",
    "aerospike/control/core.py",
    "aerospike/_logging.py",
}
"""Who may ask for a logger: where the log of a client is made, and the switch of its level."""


def lines() -> list[tuple[str, ast.Call]]:
    """Each call of a logger, with its place."""
    return [
        (f"{path.relative_to(SOURCE).as_posix()}:{node.lineno}", node)
        for system in SYSTEMS
        for path in sorted((SOURCE / system).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in LEVELS
        and "log" in ast.unparse(node.func.value)
    ]


def test_there_are_lines_to_look_at():
    assert len(lines()) > 20


def test_lines_go_through_the_log_of_a_client():
    owners = {where: ast.unparse(call.func.value) for where, call in lines()}
    assert [where for where, owner in owners.items() if owner.startswith(("_log", "logging"))] == []


def test_lines_have_known_fields_and_no_text_that_is_put_together_before():
    for where, call in lines():
        assert isinstance(call.args[0], ast.Constant), where
        given = {keyword.arg for keyword in call.keywords if keyword.arg is not None}
        assert given <= {*FIELDS, *OF_LOGGING}, where


def test_nobody_else_asks_for_a_logger():
    asking = {
        path.relative_to(SOURCE).as_posix()
        for system in SYSTEMS
        for path in (SOURCE / system).rglob("*.py")
        if "getLogger" in path.read_text(encoding="utf-8")
    }
    assert asking == MAKES_LOGS
