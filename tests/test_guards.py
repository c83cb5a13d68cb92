# SPDX-License-Identifier: Apache-2.0
"""The guards of `support` must go red: each is shown a test that does what it forbids."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parent

LEAKY = """
import _thread, asyncio, socket, threading, pytest
from support import leaks

leaks.GRACE_SECONDS = 0.3
kept = []

def test_clean():
    async def main():
        await asyncio.gather(*(asyncio.sleep(0) for _ in range(3)))
    thread = threading.Thread(target=asyncio.run, args=(main(),))
    thread.start()
    thread.join()
    with socket.socket():
        asyncio.run(main())

def test_thread():
    threading.Thread(target=threading.Event().wait, name="forgotten", daemon=True).start()

def test_thread_of_a_library():
    begun = threading.Event()
    def foreign():
        threading.current_thread()  # as logging does
        begun.set()
        threading.Event().wait()
    _thread.start_new_thread(foreign, ())
    begun.wait()

def test_thread_that_is_about_to_end():
    threading.Timer(0.05, int).start()

def test_shared_thread():
    leaks.exempt_threads("shared-cluster-")
    threading.Thread(target=threading.Event().wait, name="shared-cluster-1", daemon=True).start()

def test_task():
    async def main():
        kept.append(asyncio.create_task(asyncio.sleep(3600), name="forgotten"))
    asyncio.run(main())

def test_socket():
    socket.socket()

def test_socket_in_a_cycle():
    cycle = [socket.socket()]
    cycle.append(cycle)

def test_transport():
    async def main(address):
        await asyncio.get_running_loop().create_connection(asyncio.Protocol, *address)
    with socket.create_server(("127.0.0.1", 0)) as server:
        asyncio.run(main(server.getsockname()))

def test_error_in_callback():
    async def main():
        asyncio.get_running_loop().call_soon(lambda: 1 / 0)
        await asyncio.sleep(0)
    asyncio.run(main())

def test_error_in_task():
    async def fail():
        raise ValueError("unseen")
    async def main():
        task = asyncio.create_task(fail())
        await asyncio.wait([task])
    asyncio.run(main())

def test_error_in_thread():
    thread = threading.Thread(target=lambda: 1 / 0)
    thread.start()
    thread.join()

@pytest.mark.allow_leaks
def test_allowed_thread():
    threading.Thread(target=threading.Event().wait, daemon=True).start()

@pytest.mark.allow_loop_errors
def test_allowed_error():
    test_error_in_callback()
"""

CLEAN = {
    "test_clean",
    "test_thread_of_a_library",
    "test_thread_that_is_about_to_end",
    "test_shared_thread",
    "test_allowed_thread",
    "test_allowed_error",
}


@pytest.fixture
def inner(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch):
    """Run a pytest of its own on some test code, and give its result."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(TESTS), str(TESTS.parent / "src")]))
    for name in ("GRIDWIRE_REQUIRE_REAL", "GRIDWIRE_REAL_VERSIONS", "GRIDWIRE_IMPL"):
        monkeypatch.delenv(name, raising=False)
    pytester.makeini("[pytest]\nfilterwarnings = error\n")

    def run(code: str, *arguments: str) -> pytest.RunResult:
        pytester.makepyfile(code)
        return pytester.runpytest_subprocess("-rA", *arguments)

    return run


def outcomes_by_test(result: pytest.RunResult) -> dict[str, str]:
    """Read the short summary: the worst outcome of each test."""
    found: dict[str, str] = {}
    for line in result.outlines:
        outcome, _, rest = line.partition(" ")
        if outcome in {"PASSED", "FAILED", "ERROR"} and "::" in rest:
            name = rest.split("::")[1].split()[0]
            if found.get(name, "PASSED") == "PASSED":
                found[name] = outcome
    return found


def test_a_test_that_leaves_something_behind_fails(inner):
    result = inner(LEAKY, "-p", "support.leaks")
    outcomes = outcomes_by_test(result)
    assert {name for name, outcome in outcomes.items() if outcome == "PASSED"} == CLEAN
    assert len(outcomes) == LEAKY.count("def test_")
    result.stdout.fnmatch_lines(
        [
            "*test_thread*",
            "the test left behind",
            "a thread: forgotten",
            "*in wait*",
            "*test_task*",
            "a task: <Task pending name='forgotten'*",
            "*test_socket*",
            "*ResourceWarning: unclosed <socket*",
            "*test_error_in_callback*",
            "an error in an event loop: Exception in callback*",
            "*test_error_in_task*",
            "an error in an event loop: Task exception was never retrieved*",
        ]
    )


def test_a_warning_fails(inner):
    result = inner("import warnings\ndef test_it(): warnings.warn('old')", "-p", "support.leaks")
    result.assert_outcomes(failed=1)


REAL = """
import pytest

def test_unit(): pass

def test_real(real_cluster): pass

def test_own(own_real_cluster): own_real_cluster()

@pytest.mark.real_member(versions=("5.7.0",))
def test_newest(real_version): pass
"""


@pytest.fixture
def fake_members(pytester: pytest.Pytester):
    """Stand in for members, so that the plugin's own rules are seen in seconds."""
    pytester.makeconftest(
        """
        import contextlib, support.real_members as plugin
        plugin.unavailable = lambda versions: None
        plugin.RealCluster = lambda *arguments, **options: contextlib.nullcontext()
        """
    )


@pytest.fixture
def no_java(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("GRIDWIRE_CACHE", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)


def real_run(inner, *arguments: str) -> pytest.RunResult:
    return inner(REAL, "-p", "support.real_members", *arguments)


@pytest.mark.usefixtures("fake_members")
def test_the_summary_says_that_real_members_ran(inner):
    result = real_run(inner)
    result.assert_outcomes(passed=6)
    result.stdout.fnmatch_lines(["real members: 4.2.8, 5.3.8, 5.7.0 ran 5 tests"])
    assert result.ret == 0


@pytest.mark.usefixtures("no_java")
def test_the_summary_says_that_they_did_not_run(inner):
    result = real_run(inner)
    result.assert_outcomes(passed=1, skipped=5)
    result.stdout.fnmatch_lines(["real-member tests did NOT run: java and mvn not found"])
    assert result.ret == 0


@pytest.mark.usefixtures("no_java")
def test_required_members_that_are_absent_fail_the_run(inner, monkeypatch):
    monkeypatch.setenv("GRIDWIRE_REQUIRE_REAL", "1")
    result = real_run(inner)
    result.assert_outcomes(passed=1, errors=5)
    assert result.ret == 1


@pytest.mark.usefixtures("fake_members")
def test_required_members_that_no_test_met_fail_the_run(inner, monkeypatch):
    monkeypatch.setenv("GRIDWIRE_REQUIRE_REAL", "1")
    result = real_run(inner, "-m", "not real_member")
    result.assert_outcomes(passed=1, deselected=5)
    result.stdout.fnmatch_lines(["real-member tests did NOT run: none was selected"])
    assert result.ret == 1


@pytest.mark.usefixtures("fake_members")
def test_a_required_version_that_no_test_met_fails_the_run(inner, monkeypatch):
    monkeypatch.setenv("GRIDWIRE_REQUIRE_REAL", "1")
    result = real_run(inner, "-k", "own")
    result.stdout.fnmatch_lines(["real members: 5.7.0 ran 1 tests, but 4.2.8, 5.3.8 ran none"])
    assert result.ret == 1
    monkeypatch.setenv("GRIDWIRE_REAL_VERSIONS", "5.7.0")
    assert real_run(inner, "-k", "own").ret == 0


@pytest.mark.usefixtures("fake_members")
def test_required_members_that_ran_pass(inner, monkeypatch):
    monkeypatch.setenv("GRIDWIRE_REQUIRE_REAL", "1")
    assert real_run(inner).ret == 0


def test_the_header_says_which_implementation_runs(inner):
    result = inner("def test_it(): pass", "-p", "support.implementation")
    result.stdout.fnmatch_lines(["gridwire *, implementation: * (GRIDWIRE_IMPL not set)"])


def test_a_stale_extension_is_refused(inner, tmp_path):
    package = tmp_path / "gridwire"
    package.mkdir()
    source = package / "leaf.py"
    extension = package / "leaf.so"
    source.touch()
    extension.touch()
    os.utime(extension, (1, 1))
    plugin = (
        "import pathlib, support.implementation as plugin\n"
        "plugin.COMPILED_LEAVES = ('gridwire.leaf',)\n"
        f"plugin.extension_of = lambda leaf: pathlib.Path({str(extension)!r})\n"
        "plugin.pytest_configure()\n"
    )
    result = inner(plugin + "def test_it(): pass")
    assert "leaf.so is older than its source" in result.stdout.str()
    assert result.ret != 0


SKIPPING = """
import pytest

def test_absent():
    pytest.importorskip("no_such_module")

@pytest.mark.skipif(True, reason="no_such_loop is not installed")
def test_marked(): pass

@pytest.fixture
def peer():
    pytest.importorskip("no_such_package.inside", reason="could not import 'no_such_package'")

def test_fixture(peer): pass

def test_unnamed():
    pytest.skip("not installed")

def test_for_the_bench():
    pytest.skip("could not import 'matplotlib.pyplot': No module named 'matplotlib'")

def test_peer_of_the_bench():
    pytest.skip("aerospike_native is not installed")

def test_other_reason():
    pytest.skip("the leaf is not compiled")

@pytest.mark.xfail(reason="it is not installed")
def test_expected():
    raise ValueError
"""
SKIPPED_MODULE = """
import pytest
pytest.importorskip("no_such_module")
def test_it(): pass
"""


def requiring_run(inner, code: str) -> pytest.RunResult:
    return inner(code, "-p", "support.required_modules")


def test_a_test_that_misses_a_module_fails_where_all_has_to_run(inner, monkeypatch):
    monkeypatch.setenv("GRIDWIRE_REQUIRE_REAL", "1")
    result = requiring_run(inner, SKIPPING)
    result.assert_outcomes(failed=2, errors=2, skipped=3, xfailed=1)
    for name in ("no_such_module", "no_such_loop", "no_such_package", "a module"):
        result.stdout.fnmatch_lines([f"*.py:*: {name} is missing, *the extra `test` in *"])


def test_a_file_of_tests_that_misses_a_module_fails_where_all_has_to_run(inner, monkeypatch):
    monkeypatch.setenv("GRIDWIRE_REQUIRE_REAL", "1")
    result = requiring_run(inner, SKIPPED_MODULE)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*.py:*: no_such_module is missing, *the extra `test`*"])
    assert result.ret != 0


def test_elsewhere_what_misses_a_module_is_skipped(inner):
    requiring_run(inner, SKIPPING).assert_outcomes(skipped=7, xfailed=1)
    requiring_run(inner, SKIPPED_MODULE).assert_outcomes(skipped=1)


@pytest.mark.parametrize("plugin", ["leaks", "real_members", "required_modules"])
def test_the_guards_are_on_duty(request: pytest.FixtureRequest, plugin: str):
    assert request.config.pluginmanager.hasplugin(f"support.{plugin}")
