"""How often somebody may ask: token buckets in memory, and a growing delay for wrong passwords.

A bucket holds ``burst`` tokens and gains ``rate`` a second; a request takes one. Both tables are
bounded: the key that was used longest ago is forgotten first. Nothing is shared between processes:
with several workers each counts for itself.
"""

from __future__ import annotations

import ipaddress
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["Buckets", "Limit", "Limits", "Logins", "network_of"]

Clock = Callable[[], float]
MOST_KEYS = 20_000


@dataclass(frozen=True, slots=True)
class Limit:
    """``rate`` requests a second in the long run, ``burst`` at once."""

    rate: float
    burst: int


@dataclass(frozen=True, slots=True)
class Limits:
    """One limit for each kind of request.

    ``visits`` counts every request of an address, before it is known who asks; the others count
    by person: ``search`` whatever computes for long (exports too), ``uploads`` files that are
    sent. ``everything`` is high because one page asks for many stills, and a player for many
    ranges.
    """

    visits: Limit = Limit(50.0, 500)
    everything: Limit = Limit(30.0, 300)
    search: Limit = Limit(1.0, 30)
    uploads: Limit = Limit(0.2, 10)

    @classmethod
    def alone(cls) -> Limits:
        """Where no accounts are demanded: only against programs that run wild."""
        many = Limit(500.0, 2000)
        return cls(visits=many, everything=many, search=Limit(50.0, 500), uploads=Limit(20.0, 200))


class Buckets:
    """Token buckets by key, all with the same limit.

    Parameters
    ----------
    limit : Limit
        Of each.
    most : int
        Keys that are remembered.
    clock : callable
        Seconds, never going back.

    Examples
    --------
    >>> now = [0.0]
    >>> buckets = Buckets(Limit(rate=0.5, burst=2), clock=lambda: now[0])
    >>> [buckets.take("anna") for _ in range(3)]
    [0.0, 0.0, 2.0]
    >>> now[0] = 2.0
    >>> buckets.take("anna"), buckets.take("ben")
    (0.0, 0.0)
    """

    def __init__(
        self, limit: Limit, *, most: int = MOST_KEYS, clock: Clock = time.monotonic
    ) -> None:
        self.limit = limit
        self._most = most
        self._clock = clock
        self._mutex = threading.Lock()
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._levels)

    def take(self, key: str) -> float:
        """Take a token; 0, or the seconds to wait until there is one."""
        with self._mutex:
            now = self._clock()
            level, then = self._levels.get(key, (float(self.limit.burst), now))
            level = min(float(self.limit.burst), level + (now - then) * self.limit.rate)
            enough = level >= 1.0
            self._levels[key] = (level - 1.0 if enough else level, now)
            self._levels.move_to_end(key)
            while len(self._levels) > self._most:
                self._levels.popitem(last=False)
        return 0.0 if enough else (1.0 - level) / self.limit.rate


class Logins:
    """Limits wrong passwords: five tries a minute an address and a name, and a growing delay.

    After three failures in a row the next try of that name from that address must wait 1 s, then
    2, 4 ... up to 15 minutes; a success forgets them. The delay goes by name **and** address, so
    that nobody can lock somebody else out for long with wrong passwords; five a minute a name
    hold from everywhere together.

    Examples
    --------
    >>> now = [0.0]
    >>> logins = Logins(clock=lambda: now[0])
    >>> for _ in range(5):
    ...     now[0] += 20.0
    ...     wait = logins.wait("192.0.2.7", "anna")
    ...     logins.failed("192.0.2.7", "anna")
    >>> logins.wait("192.0.2.7", "anna")
    4.0
    """

    FREE = 3
    LONGEST = 900.0

    def __init__(
        self,
        limit: Limit = Limit(5 / 60, 5),
        *,
        most: int = MOST_KEYS,
        clock: Clock = time.monotonic,
    ) -> None:
        self._addresses = Buckets(limit, most=most, clock=clock)
        self._names = Buckets(limit, most=most, clock=clock)
        self._most = most
        self._clock = clock
        self._mutex = threading.Lock()
        self._failures: OrderedDict[tuple[str, str], tuple[int, float]] = OrderedDict()

    def wait(self, address: str, name: str) -> float:
        """Count a try; 0, or the seconds to wait before the next."""
        network = network_of(address)
        with self._mutex:
            count, last = self._failures.get((network, name), (0, 0.0))
            if count >= self.FREE:
                delay = min(2.0 ** min(count - self.FREE, 20), self.LONGEST)
                left = last + delay - self._clock()
                if left > 0:
                    return left
        # Of the address first: one that is over its limit does not use up the name's.
        return self._addresses.take(network) or self._names.take(name)

    def failed(self, address: str, name: str) -> None:
        """Remember a wrong password."""
        key = (network_of(address), name)
        with self._mutex:
            count, _ = self._failures.get(key, (0, 0.0))
            self._failures[key] = (count + 1, self._clock())
            self._failures.move_to_end(key)
            while len(self._failures) > self._most:
                self._failures.popitem(last=False)

    def passed(self, address: str, name: str) -> None:
        """Forget the wrong passwords before the right one."""
        with self._mutex:
            self._failures.pop((network_of(address), name), None)


def network_of(address: str) -> str:
    """What counts as one place: an IPv4 address, or the /64 that one IPv6 customer has.

    Examples
    --------
    >>> network_of("2001:db8::1"), network_of("::ffff:192.0.2.7"), network_of("")
    ('2001:db8::/64', '192.0.2.7', 'unknown')
    """
    try:
        known = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address[:64] or "unknown"
    if isinstance(known, ipaddress.IPv4Address):
        return str(known)
    if known.ipv4_mapped is not None:
        return str(known.ipv4_mapped)
    return str(ipaddress.ip_network((known, 64), strict=False))
