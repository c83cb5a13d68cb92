# SPDX-License-Identifier: Apache-2.0
"""What MkDocs calls while it builds the site: pages that no file of ``docs/`` holds.

Each public module gets a page, whose text mkdocstrings takes from the docstrings; the changelog
becomes a page. Names of public things in the text, such as ``gridwire.testing.HazelcastCluster``
between backticks, lead to the page that documents them, and it is an error if none does.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Callable
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parent.parent
# A hook is loaded by its path; its neighbours are found as those of a program are.
sys.path.insert(0, str(ROOT / "tools"))

from public_modules import exports, is_public, public_modules  # noqa: E402 - see above

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

__all__ = [
    "inside",
    "linked",
    "module_page",
    "on_config",
    "on_files",
    "on_page_markdown",
    "on_post_page",
]

FOLDER = "reference/api"
CHANGELOG = "changelog.md"
SYSTEMS = ("gridwire", "gridwire.hazelcast", "gridwire.aerospike", "gridwire.testing")

_log = logging.getLogger("mkdocs.hooks.docs_site")

_LOADED = re.compile(
    r"""<(?:script|img|iframe|source|video|link(?![^>]*rel="?canonical))\b[^>]*"""
    r"""\b(?:src|href)=["']?((?:https?:)?//[^"'\s>]+)"""
)
_CODE = re.compile(r"(?<![`\[])`(gridwire\.[\w.]+)(?:\(\))?`(?!`)")
_LINK = re.compile(r"\[([^\]\[]+)\]\((?!\w+:)([^)#\s]+)(?:#[\w-]*)?\)")
_FENCE = re.compile(r"^(```.*?^```)", re.MULTILINE | re.DOTALL)


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Put the pages of the modules where the navigation says ``api``.

    Args:
        config: of the site.
    """
    config.nav = _with_modules(config.nav)
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages of the modules, and that of the changelog.

    Args:
        files: of the site.
        config: of the site.
    """
    from mkdocs.structure.files import File

    pages = {_path(module): module_page(module) for module in public_modules()}
    pages[CHANGELOG] = _changelog((ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))
    for path, text in pages.items():
        files.append(File.generated(config, path, content=text))
    return files


def on_page_markdown(markdown: str, page: Page, **_: Any) -> str:
    """Make links of the names of public things, and text of links that leave the site.

    Args:
        markdown: the text of a page.
        page: where it stands.
    """
    path = page.file.src_uri
    if path.startswith(FOLDER):
        return markdown
    home = ROOT if path == CHANGELOG else (ROOT / "docs" / path).parent
    return _outside_code(markdown, lambda text: linked(inside(text, home)))


def on_post_page(output: str, page: Page, **_: Any) -> str:
    """Warn of pages that load something from elsewhere, or tell of the machine that built them.

    Args:
        output: a page as readers get it.
        page: which one.
    """
    for loaded in _LOADED.findall(output):
        _log.warning("%s loads %s", page.file.src_uri, loaded)
    if str(ROOT) in output:
        _log.warning("%s names %s", page.file.src_uri, ROOT)
    return output


def linked(text: str) -> str:
    """Make links of the names of public things.

    Args:
        text: without blocks of code.
    """
    return _CODE.sub(_link, text)


def inside(text: str, home: Path) -> str:
    """Leave the text alone of links to files of the project that the site does not have.

    Args:
        text: without blocks of code.
        home: the folder of the page.
    """

    def plain(match: re.Match[str]) -> str:
        target = (home / match[2]).resolve()
        leaves = target.exists() and not target.is_relative_to(ROOT / "docs")
        return match[1] if leaves else match[0]

    return _LINK.sub(plain, text)


def _outside_code(markdown: str, change: Callable[[str], str]) -> str:
    parts = _FENCE.split(markdown)
    parts[::2] = [change(part) for part in parts[::2]]
    return "".join(parts)


def module_page(module: str) -> str:
    """Return the text of the page of a module.

    Args:
        module: its path.
    """
    names = exports(module)
    lines = [f"::: {module}", "    options:"]
    lines += ["      members:", *(f'        - "{name}"' for name in names.here)]
    if not names.here:
        lines[-1] = "      members: false"
    if module.endswith((".errors", ".exception")):
        # All errors have what their root has.
        lines.append("      inherited_members: false")
    if names.elsewhere:
        lines += ["", "## Also here", "", "These names can be imported from here, too:", ""]
        lines += [f"- [`{name}`][{path}]" for name, path in names.elsewhere.items()]
    return "\n".join([*lines, ""])


def _link(match: re.Match[str]) -> str:
    parts = match[1].split(".")
    if any(part.startswith("_") for part in parts):
        return match[0]
    modules = [".".join(parts[:count]) for count in range(2, len(parts) + 1)]
    # Names of loggers and of metrics begin like this too; there is no such module.
    known = [module for module in modules if _exists(module)]
    return f"[{match[0]}][{match[1]}]" if known and is_public(known[-1]) else match[0]


def _exists(module: str) -> bool:
    path = ROOT / "src" / module.replace(".", "/")
    return path.is_dir() or path.with_suffix(".py").is_file()


def _path(module: str) -> str:
    return f"{FOLDER}/{module}.md"


def _with_modules(nav: Any) -> Any:
    """Replace the word ``api`` by the pages of the modules, grouped by system."""
    if isinstance(nav, dict):
        return {title: _with_modules(below) for title, below in nav.items()}
    if isinstance(nav, list):
        return [_with_modules(entry) for entry in nav]
    if nav != "api":
        return nav
    groups = {
        system: [*found] for system, found in groupby(sorted(public_modules(), key=_rank), _group)
    }
    return [
        {system: [{_short(one, system): _path(one)} for one in modules]}
        for system, modules in groups.items()
    ]


def _group(module: str) -> str:
    return next(
        system
        for system in reversed(SYSTEMS)
        if module == system or module.startswith(f"{system}.")
    )


def _rank(module: str) -> tuple[int, str]:
    return SYSTEMS.index(_group(module)), module


def _short(module: str, system: str) -> str:
    return module if module == system else module.removeprefix(f"{system}.")


def _changelog(text: str) -> str:
    """The changelog, with links that hold from the page."""
    return text.replace("](docs/", "](")
