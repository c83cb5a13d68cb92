# SPDX-License-Identifier: Apache-2.0
"""The house stands as the architecture says, and the check that says so goes red."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from support.layering import KINDS, module_paths, violations, violations_in

SOURCE = Path(__file__).resolve().parents[1] / "src"


@pytest.fixture(scope="module")
def found():
    """What is wrong with the house as it stands."""
    return violations(SOURCE)


def test_every_import_keeps_to_the_layers(found):
    assert found == []


def test_every_kind_is_given_to_something_that_exists():
    gone = [
        name
        for name in KINDS
        if not (folder := SOURCE.joinpath(*name.split("."))).is_dir()
        and not folder.with_suffix(".py").is_file()
    ]
    assert gone == []


@pytest.fixture
def copied(tmp_path: Path):
    """Give a function that adds code to a module of a copy, and checks the copy."""

    def check(module: str, code: str) -> list[str]:
        name = module.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        original = SOURCE / module
        changed = tmp_path / "changed.py"
        changed.write_text(f"{original.read_text() if original.exists() else ''}\n{code}\n")
        modules = {**module_paths(SOURCE), SECRET: tmp_path / "secret.py", name: changed}
        return violations_in(name, modules)

    return check


SECRET = "gridwire.hazelcast.protocol._secret"
CORE_MODULE = "gridwire/_core/outcome.py"
DRIVER_MODULE = "gridwire/_io/interfaces.py"
CONTROL_MODULE = "gridwire/hazelcast/control/__init__.py"
FACE_MODULE = "gridwire/testing/real.py"

DEEDS = [
    (CORE_MODULE, "import socket", "core is pure"),
    (CORE_MODULE, "from asyncio import Future", "core is pure"),
    (CORE_MODULE, "import os, time as clock", "core is pure"),
    (CORE_MODULE, "def now():\n    import random", "core is pure"),
    (CORE_MODULE, "import importlib\nimportlib.import_module('ssl')", "core is pure"),
    (CORE_MODULE, "try:\n    import threading\nexcept ImportError:\n    pass", "core is pure"),
    (CORE_MODULE, "if TYPE_CHECKING:\n    pass\nelse:\n    import select", "core is pure"),
    (CORE_MODULE, "import uuid\nid = uuid.uuid4()", "as an argument"),
    (CORE_MODULE, "import datetime\nnow = datetime.datetime.now()", "as an argument"),
    (CORE_MODULE, "from gridwire._io import aio", "core may not import driver"),
    (
        CORE_MODULE,
        "from gridwire.hazelcast.control import connection",
        "core may not import control",
    ),
    (CORE_MODULE, "from gridwire import testing", "core may not import face"),
    ("gridwire/hazelcast/protocol/frames.py", "import time", "core is pure"),
    ("gridwire/hazelcast/cluster/views.py", "import gridwire.cli", "core may not import face"),
    (DRIVER_MODULE, "from gridwire.hazelcast.protocol import frames", "a driver knows no protocol"),
    (DRIVER_MODULE, "import gridwire.hazelcast.control", "driver may not import control"),
    (CONTROL_MODULE, "from gridwire.testing import real", "control may not import face"),
    (FACE_MODULE, "from gridwire.hazelcast.protocol._secret import x", "_secret is private"),
    (FACE_MODULE, "from gridwire.hazelcast.cluster import views", "not its decisions"),
    ("gridwire/hazelcast/nobody_decided.py", "", "of no kind"),
]


@pytest.mark.parametrize(("module", "code", "reason"), DEEDS)
def test_the_check_goes_red(copied, module: str, code: str, reason: str):
    assert any(reason in sentence for sentence in copied(module, code))
    if code:
        assert copied(module, "") == []


def test_the_whole_check_goes_red(tmp_path: Path, found):
    shutil.copytree(SOURCE, tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__", "*.so"))
    with (tmp_path / "src" / CORE_MODULE).open("a") as module:
        module.write("import socket\n")
    (sentence,) = set(violations(tmp_path / "src")) - set(found)
    assert "imports socket" in sentence


ALLOWED = [
    (CORE_MODULE, "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import socket"),
    (CORE_MODULE, "import uuid, datetime\nid = uuid.UUID(int=1)"),
    (CORE_MODULE, "from gridwire.errors import GridwireError"),
    (DRIVER_MODULE, "import asyncio, socket, ssl\nfrom gridwire._core import outcome"),
    (CONTROL_MODULE, "import asyncio\nfrom gridwire._io import aio"),
    (FACE_MODULE, "import threading\nfrom gridwire.testing import _maven"),
]


@pytest.mark.parametrize(("module", "code"), ALLOWED)
def test_the_check_allows_what_the_architecture_allows(copied, module: str, code: str):
    assert copied(module, code) == []
