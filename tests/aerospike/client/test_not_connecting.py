# SPDX-License-Identifier: Apache-2.0
"""Where no node can be found, one sentence says so."""

from __future__ import annotations

import asyncio

import pytest

from gridwire import aerospike
from gridwire.errors import Outcome

NOBODY = {"hosts": [("127.0.0.1", 1)], "timeout": 500}


def test_the_error_says_it_once_and_that_nothing_was_sent():
    async def main() -> None:
        await aerospike.async_client(NOBODY).connect()

    for connect in (aerospike.client(NOBODY).connect, lambda: asyncio.run(main())):
        with pytest.raises(aerospike.ClusterError) as failed:
            connect()
        text = str(failed.value)
        assert text.count("Connection error") == 1
        assert "127.0.0.1:1" in text
        assert failed.value.outcome is Outcome.NOT_SENT
        assert not failed.value.in_doubt
