# SPDX-License-Identifier: Apache-2.0
"""TLS with a real member: one that speaks it by stunnel, for only commercial ones do themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from gridwire.hazelcast.errors import IllegalStateError
from gridwire.testing._real_member import free_ports
from gridwire.testing.real import RealCluster
from support.call_styles import Style
from support.certificates import Authority
from support.real_members import note_version, wanted_versions
from support.stunnel import proxied, stunnel_program

pytestmark = pytest.mark.real_member

QUICK = {"retry_initial_backoff": 0.02, "cluster_connect_timeout": 0.06}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("stunnel")


@pytest.fixture(scope="module")
def authority(folder: Path) -> Authority:
    return Authority(folder)


@pytest.fixture(scope="module")
def advertised() -> int:
    """The port at which the member says that it is reached: a proxy's."""
    return free_ports(1)[0]


@pytest.fixture(scope="module")
def member(request: pytest.FixtureRequest, advertised: int) -> Iterator[RealCluster]:
    stunnel_program()
    with RealCluster(wanted_versions()[-1], public_address=f"127.0.0.1:{advertised}") as cluster:
        note_version(request.config, cluster.version)
        yield cluster


@pytest.fixture
def proxy(
    folder: Path, authority: Authority, member: RealCluster, advertised: int
) -> Iterator[Callable[..., str]]:
    """Put a proxy where the member says that it is."""
    with ExitStack() as stack:

        def start(version: str = "all", cafile: str | None = None) -> str:
            # Its own port, since its address is not where it listens.
            target = f"127.0.0.1:{member.members[0].port}"
            certificate = authority.issue("localhost", "127.0.0.1", file="stunnel")
            running = proxied(folder, advertised, target, certificate, cafile, version)
            return stack.enter_context(running)

        yield start


@pytest.mark.parametrize("smart", [True, False])
@pytest.mark.parametrize("version", ["TLSv1.2", "TLSv1.3"])
def test_a_real_member_is_reached_by_tls(
    styles: Style,
    proxy: Callable[..., str],
    member: RealCluster,
    authority: Authority,
    version: str,
    smart: bool,
) -> None:
    address = proxy(version)
    client = styles.client(
        cluster_name=member.cluster_name,
        cluster_members=[address],
        smart_routing=smart,
        ssl_enabled=True,
        ssl_cafile=authority.cafile,
    )
    (only,) = client.cluster.get_members()
    assert str(only.address) in (address, f"[127.0.0.1]:{address.rpartition(':')[2]}")
    people = client.map(f"tls-{version}-{smart}")
    for key in range(50):
        styles.call(people.set, key, "v" * 5000)
    assert styles.call(people.size) == 50
    large = "long" * 250_000
    styles.call(people.set, "large", large)
    assert styles.call(people.get, "large") == large
    styles.call(people.destroy)
    client.shutdown()


def test_a_proxy_that_wants_a_certificate(
    styles: Style, proxy: Callable[..., str], member: RealCluster, authority: Authority
) -> None:
    options = {
        "cluster_name": member.cluster_name,
        "cluster_members": [proxy(cafile=authority.cafile)],
        "ssl_enabled": True,
        "ssl_cafile": authority.cafile,
    }
    client = styles.client(ssl_certfile=authority.issue("client"), **options)
    assert styles.call(client.map("tls").get, 1) is None
    client.shutdown()
    for version in ("TLSv1_2", "TLSv1_3"):
        with pytest.raises(IllegalStateError, match=r"wants? a certificate"):
            styles.client(**QUICK, **options, ssl_protocol=version)


def test_the_plain_port_and_the_proxy_are_told_apart(
    styles: Style, proxy: Callable[..., str], member: RealCluster, authority: Authority
) -> None:
    where = {"cluster_name": member.cluster_name, **QUICK}
    trusting = {"ssl_enabled": True, "ssl_cafile": authority.cafile}
    plain = f"127.0.0.1:{member.members[0].port}"
    with pytest.raises(IllegalStateError, match="this port does not speak TLS"):
        styles.client(cluster_members=[plain], **where, **trusting)
    with pytest.raises(IllegalStateError, match="does this port want TLS"):
        styles.client(cluster_members=[proxy()], **where)
