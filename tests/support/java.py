# SPDX-License-Identifier: Apache-2.0
"""Classes for real members, compiled when the tests run."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from gridwire.testing.real import RealMemberError, find_javac
from support.real_members import required

__all__ = ["compile_java"]


def compile_java(source: Path, jar: Path, folder: Path) -> Path:
    """Compile a class that members are to have.

    Without a compiler the test is skipped, and fails where real members are required.

    Args:
        source: the file.
        jar: of the members.
        folder: where the classes go.

    Returns:
        The folder, for the members' class path.

    Raises:
        RealMemberError: it is no valid Java for these members.
    """
    javac = find_javac()
    if javac is None:
        (pytest.fail if required() else pytest.skip)("javac not found")
    # Without warnings: those about the members' own classes are nothing to us.
    command = [str(javac), "--release", "11", "-nowarn"]
    command += ["-cp", str(jar), "-d", str(folder), str(source)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    if done.returncode != 0:
        raise RealMemberError(f"javac failed:\n{done.stderr}")
    return folder
