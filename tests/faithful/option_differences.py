# SPDX-License-Identifier: Apache-2.0
"""Where options mean something else than the official client's; no scenario of a map shows it.

`tests/hazelcast/test_config.py` holds the defaults to it, `tests/hazelcast/client/test_tls.py` what
they do.
"""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["OPTION_DIFFERENCES", "OptionDifference"]


class OptionDifference(NamedTuple):
    """A row of the table."""

    what: str
    theirs: str
    ours: str
    why: str


OPTION_DIFFERENCES = (
    OptionDifference(
        "`ssl_check_hostname`",
        "False by default",
        "True by default",
        "without it, whoever has any certificate of the authority can pretend to be a member",
    ),
    OptionDifference(
        "`ssl_protocol`",
        "TLSv1_2 by default, and that alone is spoken",
        "None by default, for TLS 1.2 and later; one that is named alone is spoken, as there. With "
        "`ssl_ciphers` None means 1.2, whose ciphers they are",
        "members have spoken 1.3 for long",
    ),
    OptionDifference(
        "`ssl_protocol` of SSLv2 or SSLv3",
        "taken; no connection succeeds",
        "`InvalidConfigurationError`",
        "OpenSSL does not speak them any more",
    ),
    OptionDifference(
        "options about TLS without `ssl_enabled`",
        "ignored: connections are in clear",
        "`InvalidConfigurationError`",
        "nothing is sent in clear by mistake",
    ),
    OptionDifference(
        "`ssl_keyfile` or `ssl_password` without `ssl_certfile`",
        "ignored",
        "`InvalidConfigurationError`",
        "who gives a key means to show a certificate",
    ),
    OptionDifference(
        "the name that is asked for by SNI",
        "sent with `ssl_check_hostname` alone",
        "always sent when the host is a name",
        "a server of several names must know which certificate to show",
    ),
    OptionDifference(
        "files of certificates that change",
        "read for each connection, which is when a bad file is found",
        "read at the start, where a bad file is an error, and again when they change",
        "a mistake is told before anything is sent, and a connection costs no reading",
    ),
)
