# SPDX-License-Identifier: Apache-2.0
"""The page about Compact tells the truth: its tables are held against the code."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Annotated

import pytest

from gridwire.hazelcast.serialization.api import FieldKind
from gridwire.hazelcast.serialization.compact.annotations import meaning_of
from gridwire.hazelcast.serialization.compact.schema import MAX_FIELDS
from gridwire.hazelcast.serialization.compact.schemas import MAX_SCHEMAS
from support.pages import text_of

PAGE = text_of("docs/how-to/compact-and-dataclasses.md")


@dataclass
class Line:
    article: str


NAMES = {each.__name__: each for each in (Decimal, date, datetime, time, Line, FieldKind)} | {
    "Annotated": Annotated
}
ROWS = re.findall(r"^\| `([^`]+)` \| `([A-Z_0-9]+)` \|$", PAGE, re.MULTILINE)


@pytest.mark.parametrize(("annotation", "kind"), ROWS)
def test_an_annotation_means_the_kind_that_the_page_says(annotation: str, kind: str) -> None:
    hint = eval(annotation.replace("\\|", "|"), dict(NAMES))
    assert meaning_of(hint).kind is FieldKind[kind]


def test_the_page_has_all_rows():
    assert len(ROWS) >= 20


def test_the_limits_are_those_of_the_page():
    text = " ".join(PAGE.split())
    assert f"at most {MAX_FIELDS} fields, a client knows at most {MAX_SCHEMAS} schemas" in text
