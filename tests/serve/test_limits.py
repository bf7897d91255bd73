from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinolex.serve.limits import Buckets, Limit, Logins, network_of
from tests.serve.conftest import Clock


@given(
    st.integers(1, 5),
    st.sampled_from([0.5, 1.0, 4.0]),
    st.lists(st.sampled_from([0.0, 0.25, 0.5, 1.0, 3.0]), max_size=60),
)
def test_no_stretch_of_time_holds_more_than_it_may(
    burst: int, rate: float, gaps: list[float]
) -> None:
    clock = Clock(0.0)
    buckets = Buckets(Limit(rate, burst), clock=clock)
    passed: list[float] = []
    for gap in gaps:
        clock.now += gap
        wait = buckets.take("anna")
        assert wait >= 0
        if not wait:
            passed.append(clock.now)
    for i, start in enumerate(passed):
        for j, end in enumerate(passed[i:], i):
            assert j - i + 1 <= burst + rate * (end - start) + 1e-9


@given(st.integers(1, 5), st.sampled_from([0.1, 1.0, 7.0]))
def test_after_the_wait_there_is_one(burst: int, rate: float) -> None:
    clock = Clock(0.0)
    buckets = Buckets(Limit(rate, burst), clock=clock)
    while not (wait := buckets.take("a")):
        pass
    clock.now += wait * 0.9
    assert buckets.take("a") > 0
    clock.now += wait * 0.1 + 1e-6
    assert buckets.take("a") == 0
    assert buckets.take("b") == 0


def test_memory_is_bounded_and_the_busy_are_remembered() -> None:
    clock = Clock(0.0)
    buckets = Buckets(Limit(0.001, 1), most=100, clock=clock)
    buckets.take("busy")
    for number in range(1000):
        buckets.take(str(number))
        assert buckets.take("busy") > 0
    assert len(buckets) == 100


def test_threads_share_a_bucket_fairly() -> None:
    buckets = Buckets(Limit(1e-9, 50))
    passed: list[int] = []

    def take() -> None:
        passed.append(sum(not buckets.take("a") for _ in range(30)))

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(passed) == 50


def test_five_tries_a_minute_an_address_and_a_name() -> None:
    clock = Clock(0.0)
    logins = Logins(clock=clock)
    for number in range(5):
        assert logins.wait("192.0.2.7", f"name{number}") == 0
    assert logins.wait("192.0.2.7", "name9") == pytest.approx(12.0)
    assert logins.wait("192.0.2.8", "name9") == 0
    clock.now += 60
    for number in range(5):
        assert logins.wait(f"192.0.2.{number}", "anna") == 0
    assert logins.wait("192.0.2.99", "anna") > 0


def test_the_delay_grows_and_a_success_ends_it() -> None:
    clock = Clock(0.0)
    logins = Logins(Limit(1000.0, 1000), clock=clock)
    waits = []
    for _ in range(16):
        wait = logins.wait("192.0.2.7", "anna")
        waits.append(wait)
        clock.now += wait
        assert logins.wait("192.0.2.7", "anna") == 0
        logins.failed("192.0.2.7", "anna")
    assert waits == [0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]
    # Somebody else's address is not delayed by them.
    assert logins.wait("198.51.100.1", "anna") == 0
    clock.now += 900
    logins.passed("192.0.2.7", "anna")
    logins.failed("192.0.2.7", "anna")
    assert logins.wait("192.0.2.7", "anna") == 0


def test_failures_are_bounded() -> None:
    logins = Logins(most=50)
    for number in range(500):
        logins.failed("192.0.2.7", str(number))
    assert len(logins._failures) == 50


def test_one_customers_ipv6_network_is_one_place() -> None:
    assert network_of("2001:db8:1:2:3::4") == network_of("2001:db8:1:2:ffff::1")
    assert network_of("2001:db8:1:2::1") != network_of("2001:db8:1:3::1")
    assert network_of("fe80::1%eth0") == "fe80::/64"
    assert len(network_of("x" * 1000)) <= 64
