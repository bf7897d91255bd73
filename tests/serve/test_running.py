"""The socket that everything comes in by."""

import asyncio
import socket

import pytest

pytest.importorskip("fastapi", reason="needs kinolex[serve]")

import httpx

from kinolex.serve.limits import Limit, Limits
from kinolex.serve.options import ServeOptions
from kinolex.serve.running import bound
from kinolex.serve.wall import walled
from tests.serve.served import serving


def test_answers_do_not_wait_for_acknowledgements():
    """A connection sends at once: headers, and the body that follows them (TCP_NODELAY)."""

    async def connected():
        made = asyncio.get_running_loop().create_future()

        class Once(asyncio.Protocol):
            def connection_made(self, transport):
                accepted = transport.get_extra_info("socket")
                made.set_result(accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
                transport.close()

        with bound(ServeOptions(port=0)) as listening:
            server = await asyncio.get_running_loop().create_server(Once, sock=listening)
            async with server:
                _, writer = await asyncio.open_connection(*listening.getsockname())
                writer.close()
                return await made

    assert asyncio.run(connected())


def test_limits_can_be_given(tmp_path):
    limits = Limits(search=Limit(rate=0.001, burst=1))
    with serving(walled(ServeOptions(library=tmp_path), limits=limits)) as address:
        codes = [httpx.get(f"{address}/v1/search?q=lake").status_code for _ in range(2)]
    assert codes == [200, 429]
