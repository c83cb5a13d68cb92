# SPDX-License-Identifier: Apache-2.0
"""Links of pages lead to files of the project, and to headings that are there."""

from __future__ import annotations

import re

import pytest

from support.pages import PROJECT, all_pages, text_of


@pytest.mark.parametrize("page", all_pages())
def test_links_lead_to_files_and_headings(page: str):
    """Inside the project; the site's own links are looked at again when it is built."""
    home = PROJECT / page
    for target, anchor in links(text_of(page)):
        to = (home.parent / target).resolve() if target else home
        assert to.exists(), target
        if anchor and to.suffix == ".md":
            assert anchor in headings(to.read_text(encoding="utf-8")), f"{target}#{anchor}"


def test_a_link_that_leads_nowhere_is_found():
    text = "see [a](x.md#y), [b][c], ![d](e.svg)\n```\n[f](g)\n```\n[h](https://h.example)\n"
    assert links(text) == [("x.md", "y"), ("e.svg", "")]
    assert headings("# One `two` three!\n## One `two` three!\n```\n# four\n```\n") == {
        "one-two-three",
        "one-two-three_1",
    }


def links(text: str) -> list[tuple[str, str]]:
    """The links of a page that stay in the project: file and heading."""
    found = re.findall(r"\]\((?!\w+:)([^)#\s]*)(?:#([\w-]+))?\)", without_code(text))
    return [(target, anchor) for target, anchor in found if target or anchor]


def headings(text: str) -> set[str]:
    """The anchors of a page's headings, as the site makes them."""
    found: set[str] = set()
    for heading in re.findall(r"^#+ +(.+?) *$", without_code(text), re.MULTILINE):
        plain = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading)
        slug = re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", plain).strip().lower())
        numbered = [slug, *(f"{slug}_{number}" for number in range(1, 100))]
        found.add(next(one for one in numbered if one not in found))
    return found


def without_code(text: str) -> str:
    return re.sub(r"^( *)(```+|~~~+).*?^\1\2 *$", "", text, flags=re.MULTILINE | re.DOTALL)
