# SPDX-License-Identifier: Apache-2.0
"""``make docs`` builds the site, and goes red for whatever leads nowhere or tells nothing."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest

from support.installed import PROJECT

# Quick by itself; but other tests may run beside it.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

NEEDED = ("CHANGELOG.md", "Makefile", "mkdocs.yml", "pyproject.toml", "setup.py")


NO_NETWORK = """
import socket

def refuse(*_, **__):
    raise OSError("whoever builds the site has no network")

socket.getaddrinfo = socket.create_connection = socket.socket.connect = refuse
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """What the site is made from, in a folder of its own, with an environment that is ready."""
    ignored = shutil.ignore_patterns("__pycache__", "*.so", "*.egg-info")
    for folder in ("docs", "examples", "src", "tools"):
        shutil.copytree(PROJECT / folder, tmp_path / folder, ignore=ignored)
    for name in NEEDED:
        shutil.copy(PROJECT / name, tmp_path / name)
    tmp_path.joinpath("src", "sitecustomize.py").write_text(NO_NETWORK)
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    for stamp in (".made", ".docs"):
        tmp_path.joinpath(".venv", stamp).touch()
    return tmp_path


def make_docs(project: Path) -> subprocess.CompletedProcess[str]:
    # The copy has no compiled leaves.
    kept = {name: value for name, value in os.environ.items() if name != "GRIDWIRE_IMPL"}
    return subprocess.run(
        ["make", "--no-print-directory", "docs"],
        cwd=project,
        env={**kept, "PYTHONPATH": str(project / "src")},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=380,
        check=False,
    )


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) >= 1
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_site_is_built_and_needs_nothing_from_elsewhere(project: Path):
    done = make_docs(project)
    assert done.returncode == 0, done.stdout
    assert not re.search(r"^WARNING", done.stdout, re.MULTILINE), done.stdout
    site = project / "build" / "site"
    pages = {str(page.relative_to(site)): page.read_text() for page in site.rglob("*.html")}
    assert {"index.html", "changelog.html", "reference/api/gridwire.testing.html"} <= set(pages)
    for name, text in pages.items():
        assert not re.findall(r"<(?:script|img|iframe)[^>]*src=\"?(?:https?:)?//", text), name
        assert not re.findall(r"<link[^>]*href=\"?(?:https?:)?//", text), name
        assert str(project) not in text, name
    client = pages["reference/api/gridwire.hazelcast.client.html"]
    assert 'id="gridwire.hazelcast.client.HazelcastClient.get_map"' in client
    # A text of several lines about what is returned is one item.
    returned = [
        re.findall(r'<li class="doc-section-item', items)
        for text in pages.values()
        for items in re.findall(r">(?:Returns|Yields):<.*?<ul>(.*?)</ul>", text, re.DOTALL)
    ]
    assert len(returned) > 100
    assert {len(items) for items in returned} == {1}
    # Whatever a reader or the search can be led to is there.
    found = {page: Anchors(text) for page, text in pages.items()}
    ways = {(page, way) for page, one in found.items() for way in one.ways}
    index = json.loads(site.joinpath("search", "search_index.json").read_text())
    searched = {("index.html", entry["location"]) for entry in index["docs"]}
    assert len(searched) > 1000
    words = re.split(index["config"]["separator"], 'client.get_map("prices").blocking() in 5.7')
    assert {"get_map", "prices", "blocking", "5.7"} <= {*words}
    assert [way for way in sorted(ways | searched) if not is_there(site, found, *way)] == []
    # An option is told in words, and not as its table is written.
    config = re.sub(r"<[^>]+>", "", pages["reference/api/gridwire.hazelcast.config.html"])
    assert not re.search(r"=\s*Option(?:3x)?\(", config)
    for told in (
        "heartbeat_interval = 5.0",
        "eviction_policy = EvictionPolicy.LRU",
        "Whether an entry leaves the cache when the cluster says that it changed.",
        "Takes a number above 0, in seconds.",
        "Today cluster_members. As it is.",
    ):
        assert told in config, told
    # A name between backticks, in a page and in a docstring, leads to what it names.
    assert 'href="../reference/api/' in pages["how-to/testing-with-pytest.html"]
    assert 'href="gridwire.' in client


class Anchors(HTMLParser):
    """Where the elements of a page lead, and what can be led to in it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ways: set[str] = set()
        self.names: set[str | None] = {""}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        self.names.add(told.get("id"))
        self.ways |= {told[key] or "" for key in ("href", "src") if key in told}


def is_there(site: Path, found: dict[str, Anchors], page: str, way: str) -> bool:
    path, _, name = unquote(way).partition("#")
    # Only the page about absent pages does not know where it stands.
    if "://" in way or page == "404.html":
        return True
    target = os.path.normpath(os.path.join(os.path.dirname(page), path)) if path else page
    if target in found:
        return name in found[target].names
    return site.joinpath(target).exists()


BREAKS = {
    "a link to a page": "contains a link 'nowhere.md'",
    "a link to a heading": "does not contain an anchor '#nowhere'",
    "a page that is not in the navigation": 'not included in the "nav" configuration',
    "an entry of the navigation": "how-to/absent.md",
    "a name": "Could not find cross-reference target 'gridwire.hazelcast.HazelcastClients'",
    "a public name without a docstring": "client.HazelcastClient.get_map has no docstring",
    "a module without a docstring": "gridwire.hazelcast.security has no docstring",
    "an argument that is none": "Parameter 'nobody' does not appear in the function signature",
    "an image from elsewhere": "loads https://elsewhere.example/picture.png",
}


def test_whatever_leads_nowhere_turns_it_red(project: Path):
    docs, source = project / "docs", project / "src" / "gridwire"
    docs.joinpath("how-to", "forgotten.md").write_text("# Forgotten\n")
    change(
        docs / "how-to" / "tls.md",
        "# Using TLS\n",
        "# Using TLS\n\n[a](nowhere.md), [b](logging.md#nowhere), "
        "`gridwire.hazelcast.HazelcastClients`, ![c](https://elsewhere.example/picture.png)\n",
    )
    change(project / "mkdocs.yml", "how-to/tls.md", "how-to/tls.md\n          - how-to/absent.md")
    client = source / "hazelcast" / "client.py"
    text = client.read_text()
    method = text.index("def get_map")
    start = text.index('"""', method)
    end = text.index('"""', start + 3) + 3
    client.write_text(f"{text[:start]}...{text[end:]}")
    change(source / "hazelcast" / "security.py", '"""', '_ = """')
    change(
        source / "testing" / "hazelcast.py", "    Args:\n", "    Args:\n        nobody: is it.\n"
    )

    done = make_docs(project)
    assert done.returncode != 0, done.stdout
    for what, said in BREAKS.items():
        assert said in done.stdout, f"{what}\n{done.stdout}"
    # One for each, and one besides for the argument, which has no type; each alone would do.
    assert f"Aborted with {len(BREAKS) + 1} warnings in strict mode" in done.stdout
