# SPDX-License-Identifier: Apache-2.0
"""Each key of a configuration is read, checked and refused as the documentation says."""

from __future__ import annotations

import ssl

import pytest

from gridwire.aerospike import ClientConfig, InvalidArgError
from gridwire.aerospike._options.client_options import ClientOptions, Host, TlsOptions, read_config

HOSTS = {"hosts": [("a", 3000)]}


def options(**more: object) -> ClientOptions:
    return read_config({**HOSTS, **more})


def test_defaults():
    made = options()
    assert made == ClientOptions(hosts=(Host("a", 3000),))
    assert (made.timeout, made.idle_timeout, made.tend_interval) == (1.0, 55.0, 1.0)
    assert (made.max_conns_per_node, made.min_conns_per_node, made.conn_pools_per_node) == (
        256,
        0,
        1,
    )
    assert (made.pipeline_depth, made.max_concurrent_operations) == (8, 0)
    assert made.operation_queue_timeout == 0.0
    assert (made.max_error_rate, made.error_rate_window) == (100, 1)
    assert not made.use_services_alternate
    assert made.warnings == ()


@pytest.mark.parametrize(
    ("given", "host"),
    [
        (("h", 3100), Host("h", 3100)),
        (("h",), Host("h", 3000)),
        (["h", 3100], Host("h", 3100)),
        (("h", 3100, "tls"), Host("h", 3100, "tls")),
        (("h", 3100, None), Host("h", 3100)),
        ("h:3100", Host("h", 3100)),
        ("h", Host("h", 3000)),
        ("[::1]:3100", Host("::1", 3100)),
    ],
)
def test_a_host_is_written_in_several_ways(given, host):
    assert read_config({"hosts": [given]}).hosts == (host,)


@pytest.mark.parametrize(
    ("config", "error", "text"),
    [
        ({}, ValueError, "Config must contain 'hosts' key"),
        ({"hosts": []}, ValueError, "hosts list must not be empty"),
        ({"hosts": "a:3000"}, TypeError, "list"),
        ({"hosts": [3000]}, TypeError, r"Host must be a \(host, port\) tuple or a string"),
        ({"hosts": [("a", "3000")]}, TypeError, "Host must be"),
        ({"hosts": [("a", 3000, 5)]}, TypeError, "TLS name"),
        ({"hosts": ["a:xx"]}, ValueError, "a:xx"),
        ({"hosts": [("a", 0)]}, ValueError, "1 to 65535"),
        ({"hosts": [("a", 70000)]}, ValueError, "1 to 65535"),
        ({"hosts": [("", 3000)]}, ValueError, "name"),
        ({**HOSTS, "cluster_name": 5}, TypeError, "cluster_name"),
        ({**HOSTS, "auth_mode": 9}, ValueError, "got 9"),
        ({**HOSTS, "user": 5}, TypeError, "user"),
        ({**HOSTS, "timeout": "1"}, TypeError, "timeout"),
        ({**HOSTS, "timeout": 0}, InvalidArgError, "timeout"),
        ({**HOSTS, "idle_timeout": "55"}, TypeError, "seconds"),
        ({**HOSTS, "idle_timeout": -1}, ValueError, "from 0 on"),
        ({**HOSTS, "idle_timeout": float("nan")}, ValueError, "from 0 on"),
        ({**HOSTS, "max_conns_per_node": 0}, InvalidArgError, "max_conns_per_node"),
        ({**HOSTS, "min_conns_per_node": 300}, ValueError, "more than max_conns_per_node"),
        ({**HOSTS, "conn_pools_per_node": 0}, InvalidArgError, "conn_pools_per_node"),
        ({**HOSTS, "pipeline_depth": 0}, InvalidArgError, "pipeline_depth"),
        ({**HOSTS, "tend_interval": 0}, InvalidArgError, "tend_interval"),
        ({**HOSTS, "use_services_alternate": 1}, TypeError, "use_services_alternate"),
        ({**HOSTS, "max_concurrent_operations": -1}, InvalidArgError, "max_concurrent"),
        ({**HOSTS, "tls": 5}, TypeError, "SSLContext or a dict"),
        ({**HOSTS, "tls": {"cafil": "x"}}, ValueError, "did you mean 'cafile'"),
        ({**HOSTS, "tls": {"cipher_suite": "x"}}, ValueError, "did you mean 'ciphers'"),
        ({**HOSTS, "tls": {"keyfile_pw": "x"}}, ValueError, "did you mean 'keyfile_password'"),
        ({**HOSTS, "tls": {"enable": 1}}, TypeError, "enable"),
        ({**HOSTS, "tls": {"protocol": "SSLv3"}}, ValueError, "one of TLSv1, TLSv1_1, TLSv1_2"),
        (
            {**HOSTS, "tls": {"protocol": "TLSv1_3", "ciphers": "AES"}},
            ValueError,
            "no effect on TLS 1.3",
        ),
        ({**HOSTS, "rack_id": 1, "rack_ids": [2]}, ValueError, "not both"),
        ({**HOSTS, "rack_ids": ["1"]}, TypeError, "rack of rack_ids must be an int, not str"),
        ({**HOSTS, "rack_ids": 0}, TypeError, "rack_ids must be a list of ints, not int"),
        ({**HOSTS, "rack_ids": b"1"}, TypeError, "rack_ids must be a list of ints, not bytes"),
        ({**HOSTS, "rack_id": True}, TypeError, "rack_id must be an int, not bool"),
        ({"hosts": {"a": 3100}}, TypeError, "list"),
        ({**HOSTS, "policies": {"raed": {}}}, ValueError, "raed"),
        ({**HOSTS, "policies": {"read": 5}}, TypeError, "read policy"),
        ({**HOSTS, "policies": []}, TypeError, "policies"),
        ({**HOSTS, "application_id": "x" * 300}, ValueError, "255 bytes"),
        ({**HOSTS, "application_id": "a\nb"}, ValueError, "one line"),
        ({**HOSTS, "max_error_rate": -1}, InvalidArgError, "max_error_rate"),
        ({**HOSTS, "error_rate_window": 0}, InvalidArgError, "error_rate_window"),
        ([], TypeError, "a configuration is a dict"),
    ],
)
def test_what_cannot_be_is_refused(config, error, text):
    with pytest.raises(error, match=text):
        read_config(config)


@pytest.mark.parametrize("name", ["user", "password", "cluster_name", "application_id"])
def test_text_that_has_no_bytes_is_refused_without_showing_it(name):
    with pytest.raises(ValueError, match=name) as caught:
        options(**{name: "s3cret\ud800"})
    assert "s3cret" not in repr(caught.value)


def test_times_are_seconds_inside():
    made = options(timeout=250, tend_interval=500, operation_queue_timeout_ms=20, idle_timeout=10)
    assert (made.timeout, made.tend_interval, made.operation_queue_timeout) == (0.25, 0.5, 0.02)
    assert made.idle_timeout == 10.0


def test_an_idle_timeout_in_milliseconds_is_pointed_out():
    (warning,) = options(idle_timeout=55_000).warnings
    assert "seconds" in warning
    assert options(idle_timeout=3600).warnings == ()


def test_an_unknown_key_names_the_nearest():
    (warning,) = options(max_conn_per_node=5).warnings
    assert "'max_conn_per_node'" in warning
    assert "'max_conns_per_node'" in warning


def test_every_key_of_the_type_is_known_and_none_other():
    known = {"hosts": [("a", 1)]}
    for name in ClientConfig.__annotations__:
        known.setdefault(name, None)
    assert read_config(known).warnings == ()
    assert set(known) == set(ClientConfig.__annotations__)


def test_tls_by_a_context_a_dict_or_a_word():
    context = ssl.create_default_context()
    assert options(tls=context).tls.context is context
    assert options(tls=True).tls == TlsOptions()
    assert options(tls={}).tls == TlsOptions()
    assert options(tls=False).tls is None
    made = options(tls={"cafile": "ca", "name": "n", "check_hostname": False}).tls
    assert made == TlsOptions(cafile="ca", name="n", check_hostname=False)
    made = options(tls={"protocol": "TLSv1_2", "ciphers": "HIGH"}).tls
    assert made == TlsOptions(protocol="TLSv1_2", ciphers="HIGH")


def test_tls_may_be_switched_as_with_the_official_client():
    assert options(tls={"enable": True}).tls == TlsOptions()
    assert options(tls={"enable": True, "cafile": "ca"}).tls == TlsOptions(cafile="ca")
    assert options(tls={"enable": False, "cafile": "ca"}).tls is None


def test_racks_and_policies():
    assert options(rack_id=3).rack_ids == (3,)
    assert options(rack_ids=[2, 1]).rack_ids == (2, 1)
    assert options(policies={"read": {"max_retries": 5}}).policies == {"read": {"max_retries": 5}}


def test_no_secret_is_shown():
    shown = repr(options(user="ann", password="secret", tls={"keyfile_password": "hidden"}))
    assert "secret" not in shown
    assert "hidden" not in shown
