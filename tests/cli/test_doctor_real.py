# SPDX-License-Identifier: Apache-2.0
"""The doctor looks at a real Hazelcast member: the open-source one, as it comes."""

from __future__ import annotations

import json

import pytest

pytestmark = pytest.mark.real_member(versions=("5.7.0",))


@pytest.fixture
def doctor(called, real_cluster):
    """Runs the doctor with ``--json`` on the member; its status and its findings by check."""

    def run(*arguments, **variables):
        at = ["--members", real_cluster.addresses[0], *arguments]
        done = called("doctor", "hazelcast", "--timeout", "20", "--json", *at, **variables)
        findings = json.loads(done.stdout)["findings"]
        return done.returncode, {one["check"]: one for one in findings}

    return run


def test_a_member_that_is_well(doctor, real_cluster):
    status, found = doctor("--cluster-name", real_cluster.cluster_name, "--write-probe")
    assert {one["status"] for one in found.values()} <= {"ok", "skipped"}, found
    assert status == 0
    assert found["version"]["facts"]["version"] == "5.7.0"
    assert found["members"]["facts"]["count"] == 1
    assert found["latency"]["facts"]["round_trips"] == 20
    # Its clock is that of this machine.
    assert abs(found["clock"]["facts"]["ahead_seconds"]) < 3
    # The probe was the first data, or an earlier test's was: the partitions have owners now.
    _, found = doctor("--cluster-name", real_cluster.cluster_name)
    assert found["routing"]["status"] == "ok"
    assert found["routing"]["facts"]["partition_count"] == 271


def test_a_wrong_name(doctor):
    status, found = doctor("--cluster-name", "nobody")
    assert status == 1
    assert found["authentication"]["facts"]["failure"] == "refused"


def test_tls_against_plain(doctor, real_cluster):
    status, found = doctor("--cluster-name", real_cluster.cluster_name, "--tls")
    assert status == 1
    assert found["tls"]["facts"]["failure"] == "TLS to plain"


def test_credentials_that_nobody_asked_for(doctor, real_cluster):
    status, found = doctor(
        "--cluster-name", real_cluster.cluster_name, "--user", "ann", GRIDWIRE_PASSWORD="s3cret"
    )
    assert status in {1, 3}
    assert "credentials" in found["authentication"]["summary"]
