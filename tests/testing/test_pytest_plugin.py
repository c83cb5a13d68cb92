# SPDX-License-Identifier: Apache-2.0
"""The pytest plugin, in test runs of their own."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from support.installed import PROJECT, installed

PLUGIN = "gridwire.testing.pytest_plugin"

Run = Callable[..., pytest.RunResult]


@pytest.fixture
def inner(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a pytest of its own with warnings as errors, the plugin, and only it by default."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    paths = [PROJECT / "tests", PROJECT / "src"]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(map(str, paths)))
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)

    def run(code: str, *arguments: str, plugin: str = PLUGIN) -> pytest.RunResult:
        pytester.makepyfile(code)
        return pytester.runpytest_subprocess("-p", plugin, "-W", "error", *arguments)

    return run


@pytest.fixture
def autoloaded(tmp_path: Path, inner: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run pytest as where gridwire is installed: it finds the plugin by the entry point."""
    monkeypatch.setenv("PYTHONPATH", installed(tmp_path / "site"))

    def run(code: str, *arguments: str) -> pytest.RunResult:
        return inner(code, *arguments, plugin="gridwire")

    return run


UNINTERESTED = """
import sys, threading

def test_of_something_else():
    loaded = {name for name in sys.modules if name.partition(".")[0] == "gridwire"}
    assert loaded == {
        "gridwire", "gridwire._impl", "gridwire.testing", "gridwire.testing.pytest_plugin",
        "gridwire.testing._pytest_scope",
    }
    assert not {"asyncio", "mmh3"} & set(sys.modules)
    assert threading.enumerate() == [threading.main_thread()]
"""


def test_runs_that_want_no_cluster_pay_nothing(autoloaded: Run):
    # Without capturing and the like, so that what is loaded is loaded by gridwire alone.
    result = autoloaded(UNINTERESTED, "-p", "no:cacheprovider", "--assert=plain")
    result.assert_outcomes(passed=1)


def test_the_plugin_can_be_switched_off(inner: Run):
    code = "def test_it(hazelcast_cluster): pass"
    result = inner(code, plugin=f"no:{PLUGIN}")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*fixture 'hazelcast_cluster' not found"])


def test_a_program_that_has_gridwire_already_is_not_warned(
    autoloaded: Run, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
):
    pytester.makepyfile(
        program="import sys, gridwire, pytest\nsys.exit(pytest.main(['-W', 'error']))",
        test_it="def test_it(hazelcast_client): assert hazelcast_client.name",
    )
    monkeypatch.setenv("PYTEST_PLUGINS", "gridwire")
    assert pytester.runpython("program.py").ret == 0


EACH_ITS_OWN = """
import asyncio, threading
import pytest

seen = []

@pytest.mark.parametrize("number", range(2))
def test_a_cluster_for_each_test(number, hazelcast_cluster, hazelcast_client):
    assert hazelcast_cluster.cluster_name not in seen
    seen.append(hazelcast_cluster.cluster_name)
    assert len(hazelcast_cluster.members) == 3
    entries = hazelcast_client.get_map("m").blocking()
    assert entries.size() == 0
    entries.set("key", number)
    assert entries.get("key") == number

def test_a_cluster_without_a_client(hazelcast_cluster):
    assert len(hazelcast_cluster.addresses) == 3

def test_several_clients(hazelcast_client_factory):
    one, other = hazelcast_client_factory(), hazelcast_client_factory(client_name="other")
    assert other.name == "other"
    one.get_map("m").blocking().set("key", 1)
    assert other.get_map("m").blocking().get("key") == 1

def test_several_clusters(
    hazelcast_client_factory, hazelcast_asyncio_client_factory, hazelcast_cluster_factory
):
    small, large = hazelcast_cluster_factory(1), hazelcast_cluster_factory(members=2)
    assert (len(small.members), len(large.members)) == (1, 2)
    hazelcast_client_factory(small).get_map("m").blocking().set("key", "small")
    hazelcast_client_factory(large).get_map("m").blocking().set("key", "large")

    async def read(where):
        async with hazelcast_asyncio_client_factory(where) as client:
            return await (await client.get_map("m")).get("key")

    assert asyncio.run(read(small)) == "small"
    assert asyncio.run(read(large)) == "large"

def test_asyncio(hazelcast_client, hazelcast_asyncio_client_factory):
    hazelcast_client.get_map("m").blocking().set("key", 1)

    async def main():
        async with hazelcast_asyncio_client_factory(client_name="aio") as client:
            assert client.name == "aio"
            return await (await client.get_map("m")).get("key")

    assert asyncio.run(main()) == 1

def test_a_member_dies(hazelcast_cluster, hazelcast_client):
    entries = hazelcast_client.get_map("m").blocking()
    entries.put_all({number: number for number in range(100)})
    hazelcast_cluster.members[0].kill()
    assert entries.get_all(range(100)) == {number: number for number in range(100)}
"""


def test_every_test_has_a_cluster_of_its_own(inner: Run):
    # The guards of our own tests see what a test leaves behind.
    inner(EACH_ITS_OWN, "-p", "support.leaks").assert_outcomes(passed=7)


OVERRIDDEN = """
import pytest

@pytest.fixture
def hazelcast_cluster_options():
    return {"members": 1, "username": "ann", "password": "secret"}

@pytest.fixture
def hazelcast_client_options():
    return {"creds_username": "ann", "creds_password": "secret"}

def test_options(hazelcast_cluster, hazelcast_client, hazelcast_cluster_factory):
    assert len(hazelcast_cluster.members) == 1
    assert hazelcast_client.get_map("m").blocking().size() == 0
    assert len(hazelcast_cluster_factory().members) == 1
    assert len(hazelcast_cluster_factory(2).members) == 2

@pytest.mark.parametrize("hazelcast_cluster_options", [{"members": 2}])
@pytest.mark.parametrize("hazelcast_client_options", [{"client_name": "ben"}])
def test_options_of_one_test(hazelcast_cluster, hazelcast_client):
    assert len(hazelcast_cluster.members) == 2
    assert hazelcast_client.name == "ben"

class TestAnotherCluster:
    class Real:
        def __init__(self, cluster):
            self.cluster_name = cluster.cluster_name
            self.addresses = tuple(cluster.addresses)

    @pytest.fixture
    def hazelcast_cluster(self, hazelcast_cluster_factory):
        return self.Real(hazelcast_cluster_factory(1))

    def test_clients_go_there(self, hazelcast_cluster, hazelcast_client):
        (member,) = hazelcast_client.cluster_service.get_members()
        assert f"{member.address.host}:{member.address.port}" in hazelcast_cluster.addresses

def test_a_wrong_option(hazelcast_cluster_factory):
    with pytest.raises(TypeError, match="member"):
        hazelcast_cluster_factory(member=2)
"""


def test_options_can_be_overridden(inner: Run):
    inner(OVERRIDDEN, "-p", "support.leaks").assert_outcomes(passed=4)


SHARED = """
import pytest

seen = []

@pytest.fixture(scope="module")
def service(hazelcast_cluster):
    seen.append(hazelcast_cluster.cluster_name)
    return hazelcast_cluster

@pytest.mark.parametrize("number", range(2))
def test_it(number, service, hazelcast_cluster, hazelcast_client):
    assert seen == [hazelcast_cluster.cluster_name]
    assert service is hazelcast_cluster
    entries = hazelcast_client.get_map("m").blocking()
    assert entries.size() == 0
    entries.set("key", "left by another test")

def test_the_clients_of_others_are_gone(hazelcast_cluster, hazelcast_client_factory):
    assert hazelcast_client_factory().get_map("m").blocking().size() == 0
"""


@pytest.mark.parametrize("scope", ["session", "module"])
def test_a_shared_cluster_is_emptied_between_tests(inner: Run, scope: str):
    result = inner(SHARED, "-o", f"hazelcast_cluster_scope={scope}")
    result.assert_outcomes(passed=3)


def test_a_wrong_scope_is_explained_in_a_line(inner: Run):
    result = inner("def test_it(): pass", "-o", "hazelcast_cluster_scope=sesion")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: hazelcast_cluster_scope is one of *, not 'sesion'"])


def test_a_scope_that_does_not_fit_is_explained_by_pytest(inner: Run):
    result = inner(SHARED)
    result.assert_outcomes(errors=2, passed=1)
    result.stdout.fnmatch_lines(["ScopeMismatch: *hazelcast_cluster*"])


PARALLEL = """
import pytest

@pytest.mark.parametrize("number", range(8))
def test_workers_never_meet(number, hazelcast_client):
    entries = hazelcast_client.get_map("m").blocking()
    assert entries.put_if_absent("key", number) is None
    assert entries.get("key") == number
"""


@pytest.mark.parametrize("scope", ["function", "session"])
def test_runs_with_xdist(inner: Run, scope: str):
    pytest.importorskip("xdist", reason="pytest-xdist is not installed")
    where = ("-o", f"hazelcast_cluster_scope={scope}")
    inner(PARALLEL, "-p", "xdist", "-n", "2", *where).assert_outcomes(passed=8)


ASYNCIO = """
import asyncio
import pytest, pytest_asyncio

@pytest_asyncio.fixture
async def scores(hazelcast_asyncio_client_factory):
    async with hazelcast_asyncio_client_factory() as client:
        yield await client.get_map("scores")

@pytest.mark.asyncio
@pytest.mark.parametrize("number", range(2))
async def test_a_fixture_of_its_own(scores, number):
    assert await scores.size() == 0
    await asyncio.gather(*(scores.set(key, key + number) for key in range(100)))
    assert await scores.get(7) == 7 + number

@pytest.mark.asyncio
async def test_a_cluster_beside_the_loop(hazelcast_cluster, scores):
    await scores.set("key", 1)
    await asyncio.to_thread(hazelcast_cluster.members[0].kill)
    assert await scores.get("key") == 1
"""


def test_runs_with_pytest_asyncio(inner: Run):
    pytest.importorskip("pytest_asyncio", reason="pytest-asyncio is not installed")
    mode = ("-o", "asyncio_default_fixture_loop_scope=function")
    inner(ASYNCIO, "-p", "asyncio", *mode).assert_outcomes(passed=3)
