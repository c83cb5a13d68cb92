# SPDX-License-Identifier: Apache-2.0
"""``.ci/run`` does all its steps in order, and stops at the first that fails.

The programs that it calls are stand-ins that write down how they were called.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from support import stunnel

SCRIPT = Path(__file__).resolve().parents[1] / ".ci" / "run"

RECORD = """#!/bin/sh
test "$1" = -c && exit 0
call="$(basename "$0") $* real=$GRIDWIRE_REQUIRE_REAL impl=$GRIDWIRE_IMPL"
echo "$call ext=$GRIDWIRE_BUILD_EXT" >> "$RECORD"
case "$*" in *"$FAILING"*) exit 3 ;; esac
"""

pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="bash not found")


class Machine:
    """A folder of stand-ins, and what they were asked to do."""

    def __init__(self, folder: Path) -> None:
        self._record = folder / "record"
        self._checkout = folder / "checkout"
        self._programs = folder / "bin"
        self._programs.mkdir()
        (self._checkout / ".ci").mkdir(parents=True)
        (self._checkout / "dist").mkdir()
        for archive in ("gridwire-1.whl", "gridwire-1.tar.gz"):
            (self._checkout / "dist" / archive).touch()
        shutil.copy(SCRIPT, self._checkout / ".ci" / "run")
        for name in ("basename", "bash", "dirname", "env", "grep", "mktemp", "rm", "sed", "sh"):
            self._programs.joinpath(name).symlink_to(str(shutil.which(name)))
        for name in ("apt-get", "cc", "javac", "make", "mvn", "python3", "stunnel"):
            self.add(name, RECORD)
        self.add("sudo", '#!/bin/sh\nexec "$@"\n')
        self.add("java", "#!/bin/sh\necho 'openjdk version \"17.0.1\"' >&2\n")

    def add(self, name: str, script: str) -> None:
        path = self._programs / name
        path.write_text(script)
        path.chmod(0o755)

    def remove(self, name: str) -> None:
        self._programs.joinpath(name).unlink()

    def run(self, failing: str) -> tuple[subprocess.CompletedProcess[str], list[str]]:
        """Run the script until the call that fails; give its result and the calls."""
        self._record.write_text("")
        done = subprocess.run(
            [str(shutil.which("bash")), str(self._checkout / ".ci" / "run")],
            env={
                "PATH": str(self._programs),
                "RECORD": str(self._record),
                "FAILING": failing,
                "TMPDIR": str(self._record.parent),
                # What a developer has set must not weaken the proof.
                "GRIDWIRE_IMPL": "pure",
                "GRIDWIRE_REAL_VERSIONS": "5.7.0",
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=60,
        )
        return done, self._record.read_text().splitlines()


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_the_steps_come_in_order_with_their_settings(machine: Machine):
    done, calls = machine.run(failing="-m venv")
    make = "make --no-print-directory PYTHON=python3"
    assert calls[:-1] == [
        f"{make} check real= impl= ext=",
        f"{make} docs real= impl= ext=",
        f"{make} test real=1 impl=pure ext=",
        f"{make} build-ext real= impl= ext=",
        f"{make} test real=1 impl=compiled ext=",
        f"{make} clean real= impl= ext=",
        f"{make} demo real= impl= ext=",
        f"{make} dist real= impl= ext=yes",
    ]
    assert calls[-1].startswith("python3 -m venv ")
    assert done.returncode == 3
    assert done.stdout.endswith("=== FAILED (exit 3): try the wheel\n")
    assert " s  make test, compiled leaves\n" in done.stdout


@pytest.mark.parametrize("target", ["check", "docs", "test", "build-ext", "demo", "dist"])
def test_the_first_failure_ends_the_run(machine: Machine, target: str):
    done, calls = machine.run(failing=f" {target}")
    assert done.returncode == 3
    assert f"=== FAILED (exit 3): make {target}" in done.stdout
    assert calls[-1].split()[3] == target


def test_what_is_missing_is_installed(machine: Machine):
    machine.remove("mvn")
    machine.remove("stunnel")
    machine.add("java", "#!/bin/sh\necho 'openjdk version \"11.0.2\"' >&2\n")
    _, calls = machine.run(failing=" check")
    assert calls[0].startswith("apt-get update ")
    assert calls[1].startswith(
        "apt-get install --yes --no-install-recommends maven stunnel4 openjdk-17-jdk-headless "
    )


def test_a_java_without_its_compiler_is_not_enough(machine: Machine):
    machine.remove("javac")
    _, calls = machine.run(failing=" check")
    assert calls[1].startswith(
        "apt-get install --yes --no-install-recommends openjdk-17-jdk-headless "
    )


def test_a_failed_installation_ends_the_run(machine: Machine):
    machine.remove("mvn")
    done, calls = machine.run(failing="install")
    assert done.returncode == 3
    assert len(calls) == 2
    assert all(call.startswith("apt-get ") for call in calls)


@pytest.mark.parametrize(
    ("needed", "outcome"), [("1", pytest.fail.Exception), ("", pytest.skip.Exception)]
)
def test_a_run_that_needs_real_members_needs_stunnel(
    monkeypatch: pytest.MonkeyPatch, needed: str, outcome: type[BaseException]
):
    monkeypatch.setattr(stunnel.shutil, "which", lambda *_, **__: None)
    monkeypatch.setenv("GRIDWIRE_REQUIRE_REAL", needed)
    with pytest.raises(outcome, match="stunnel is not installed"):
        stunnel.stunnel_program()
