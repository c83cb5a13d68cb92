# SPDX-License-Identifier: Apache-2.0
"""Five clients see the same, on clusters of ours and on a real server.

What is expected stands in ``support/aerospike_scenarios/expected``. Where a client by others
differs, the table in `support.aerospike_scenarios.differences` says so.
"""

from __future__ import annotations

import pytest

pytest.importorskip("aerospike")
pytest.importorskip("aerospike_py")

from support.aerospike_scenarios.catalogue import of_group
from support.aerospike_scenarios.differences import disagreements, is_played
from support.aerospike_scenarios.expecting import read
from support.aerospike_scenarios.stages import Stage

# The official client warns of servers to come, on which strings are appended in another way, and of
# keys of maps that it leaves out.
pytestmark = [
    pytest.mark.filterwarnings("ignore:aerospike_helpers.operations:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Attempted to store a map:DeprecationWarning"),
]


def test_all_see_what_is_expected(server, driver, group):
    wrong = _play(server, driver, group)
    if not driver.is_ours and any("Timeout" in text for text in wrong):
        # Clients by others have a second for a call, which a busy machine may need for itself.
        wrong = _play(server, driver, group)
    assert not wrong, "\n".join(wrong)


def _play(server, driver, group):
    expected = read(group)
    stage = Stage(server, driver)
    return [
        text
        for one in of_group(group)
        if is_played(str(one), driver.name)
        for text in disagreements(str(one), driver.name, stage.play(one), expected[one.name])
    ]
