# SPDX-License-Identifier: Apache-2.0
"""Java, Maven and the member's jar: what real members need before they can start."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = [
    "MINIMUM_JAVA",
    "RealMemberError",
    "cache_folder",
    "find_java",
    "find_javac",
    "member_jar",
    "unavailable",
]

MINIMUM_JAVA = 17
"""Lowest Java feature version on which all supported members start (5.7 asks for 17)."""

_COPY_GOAL = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy"
_FETCH_TIMEOUT = 600.0  # seconds; a cold Maven fetches its plugins first
_JAVA_VERSION = re.compile(r'version "(?:1\.)?(\d+)')


class RealMemberError(RuntimeError):
    """A real member could not be fetched, started or reached; the text says why."""


def unavailable(versions: Collection[str] = ()) -> str | None:
    """Say why real members cannot run here.

    Args:
        versions: Members that are wanted. When the cache has all their jars, Maven is not needed.

    Returns:
        None when Java and Maven are there; else a short reason, such as
        ``"java and mvn not found"``.
    """
    java = find_java()
    missing = [] if java else ["java"]
    cached = versions and all(_cached_jar(version).is_file() for version in versions)
    if shutil.which("mvn") is None and not cached:
        missing.append("mvn")
    if missing:
        return f"{' and '.join(missing)} not found"
    assert java is not None
    version = _java_version(java)
    if version < MINIMUM_JAVA:
        return f"java {version} found, but members need {MINIMUM_JAVA} or later"
    return None


def find_java() -> str | None:
    """Find the ``java`` program: below ``JAVA_HOME`` when that is set, else on ``PATH``."""
    return _find("java")


def find_javac() -> str | None:
    """Find the ``javac`` program, as `find_java` finds ``java``."""
    return _find("javac")


def _find(program: str) -> str | None:
    home = os.environ.get("JAVA_HOME")
    if home:
        candidate = Path(home, "bin", program)
        if candidate.is_file():
            return str(candidate)
    return shutil.which(program)


def cache_folder() -> Path:
    """Name the folder that keeps fetched jars: ``$GRIDWIRE_CACHE``, else ``~/.cache/gridwire``."""
    configured = os.environ.get("GRIDWIRE_CACHE")
    if configured:
        return Path(configured)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "gridwire")


def member_jar(version: str) -> Path:
    """Give the jar of a member, fetching it with Maven when the cache lacks it.

    Args:
        version: Version of ``com.hazelcast:hazelcast``, for example ``"5.7.0"``.

    Raises:
        RealMemberError: Maven is missing, or could not fetch the jar.
    """
    jar = _cached_jar(version)
    if not jar.is_file():
        _fetch(version, jar)
    return jar


def _cached_jar(version: str) -> Path:
    return cache_folder() / f"hazelcast-{version}.jar"


def _fetch(version: str, jar: Path) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise RealMemberError(f"mvn not found: cannot fetch hazelcast-{version}.jar")
    jar.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=jar.parent, prefix="fetching-") as folder:
        command = [
            maven,
            "--batch-mode",
            "--quiet",
            "--strict-checksums",
            _COPY_GOAL,
            f"-Dartifact=com.hazelcast:hazelcast:{version}",
            f"-DoutputDirectory={folder}",
        ]
        _run_maven(command, version)
        # A rename is atomic, so that test runs which fetch at the same time never see half a jar.
        os.replace(Path(folder, jar.name), jar)


def _run_maven(command: list[str], version: str) -> None:
    try:
        # In a folder without a pom.xml of somebody else.
        done = subprocess.run(  # noqa: S603 - our own arguments
            command,
            cwd=tempfile.gettempdir(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=_FETCH_TIMEOUT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise RealMemberError(
            f"Maven did not fetch hazelcast {version} within {_FETCH_TIMEOUT:.0f} s"
        ) from None
    if done.returncode != 0:
        raise RealMemberError(
            f"Maven could not fetch hazelcast {version} (exit {done.returncode}):\n"
            f"{done.stdout[-2000:]}"
        )


@lru_cache(maxsize=4)
def _java_version(java: str) -> int:
    done = subprocess.run(  # noqa: S603 - found above
        [java, "-version"], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    found = _JAVA_VERSION.search(done.stderr + done.stdout)
    return int(found.group(1)) if found else 0
