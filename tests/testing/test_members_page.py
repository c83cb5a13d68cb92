# SPDX-License-Identifier: Apache-2.0
"""The page about test members says what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gridwire.hazelcast.protocol.messages import by_type
from gridwire.hazelcast.protocol.messages import map as messages
from gridwire.testing._hazelcast import dispatch, interceptors, properties, user_code

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "hazelcast-test-members.md"


@pytest.fixture(scope="module")
def text():
    return PAGE.read_text(encoding="utf-8")


def table(text, first_column):
    """The rows of the table that begins with this heading."""
    lines = iter(text.splitlines())
    next(line for line in lines if line.startswith(f"| {first_column} |"))
    next(lines)
    rows = []
    for line in lines:
        if not line.startswith("|"):
            return rows
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows


def test_messages(text):
    ours, others = table(text, "service")
    every = [one for one in vars(messages).values() if hasattr(one, "request_type")]
    assert ours[:2] == ["Map", f"all {len(every)} messages"]
    assert {one.request_type for one in every} <= set(dispatch._HANDLERS)
    assert others[0] == "others"
    answered = {by_type(kind).name.partition(".")[0] for kind in dispatch._HANDLERS}
    assert answered == {"Map", "Client"}


def test_exceptions(text):
    rows = [(kind.__name__, class_name) for kind, _, class_name in user_code._JAVA_CLASSES]
    assert [tuple(cell.strip("`") for cell in row) for row in table(text, "raised")] == rows


def test_properties(text):
    rows = table(text, "property")
    assert {name.strip("`"): default for name, default, _ in rows} == properties._DEFAULTS


def test_interceptors(text):
    methods = dict(table(text, "kind"))["interceptor"]
    assert set(re.findall(r"`(\w+)\(", methods)) == set(interceptors._METHODS)
