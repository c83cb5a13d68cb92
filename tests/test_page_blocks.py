# SPDX-License-Identifier: Apache-2.0
"""How programs are found in pages, and compared with what pages say of them."""

from __future__ import annotations

import pytest

from support.pages import blocks, prints


@pytest.mark.parametrize(
    "text",
    [
        "```python\nx = 1\n```\n",
        "- a list\n\n    ```python\n    x = 1\n    ```\n",
        '```python title="x.py"\nx = 1\n```\n',
        "~~~python\nx = 1\n~~~\n",
        "````python\nx = 1\n````\n",
    ],
    ids=["plain", "in a list", "with a title", "tildes", "four ticks"],
)
def test_blocks_are_found_however_they_stand(text: str):
    assert [block.code for block in blocks("x.md", text)] == ["x = 1\n"]


def test_a_block_knows_its_file_its_fragment_and_what_it_prints():
    one, two, three = blocks(
        "x.md",
        '```python title="a.py"\n1\n```\n```text title="prints"\nb\n```\n'
        "```python\n# c.py\n1\n```\n```text\nd\n```\n"
        "<!-- fragment: half of it -->\n```python\ne\n```\n",
    )
    assert (one.file, one.prints, one.fragment) == ("a.py", "b\n", "")
    assert (two.file, two.prints, two.fragment) == ("c.py", None, "")
    assert (three.file, three.prints, three.fragment) == ("", None, "half of it")


def test_what_is_printed_is_compared_line_by_line():
    assert prints("a ... c\n[b]\n", "a b c\n[b]\n")
    assert not prints("a\n", "a\nb\n")
    assert not prints("a\nb\n", "a\n")
    assert not prints("[b]\n", "b\n")
