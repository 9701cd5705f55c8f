"""Where a program of this folder listens or connects. An address is one of

    127.0.0.1:4000         TCP (port 0 picks a free one)
    unix:/path/to/socket   Unix socket
    tls:127.0.0.1:4000     TLS; certificate and key are the files named by CAPWIRE_TLS_CERT and CAPWIRE_TLS_KEY

Everything above it is ordinary pycapnp.
"""

import asyncio
import logging
import os
import socket
import ssl
import sys
import threading
from contextlib import suppress
from typing import Callable

import capnp


class Endpoint:
    """An address. Raises ValueError for one that cannot be used."""

    def __init__(self, address: str):
        self._prefix, self._path, self._host, self._port = "", None, "", 0
        if address.startswith("unix:"):
            self._path = address[len("unix:") :]
            return
        if address.startswith("ws:"):
            raise ValueError("pycapnp has no WebSocket transport")
        if address.startswith("tls:"):
            self._prefix, address = "tls:", address[len("tls:") :]
        self._host, separator, port = address.rpartition(":")
        if not separator:
            raise ValueError(f"an address needs a port: {address}")
        self._port = int(port)

    async def serve(self, make_bootstrap: Callable[[], object]) -> None:
        """Listens, prints "listening ADDRESS" and serves, until standard input ends, each connection its own object."""

        # asyncio warns of each write to a peer that left.
        logging.getLogger("asyncio").setLevel(logging.ERROR)

        async def accept(stream):
            # A connection that ends badly is the peer's affair, and the others are served on; our end cancels them all.
            with suppress(capnp.KjException, asyncio.CancelledError):
                await capnp.TwoPartyServer(stream, bootstrap=make_bootstrap()).on_disconnect()

        if self._path is not None:
            # A socket file left by a program that was killed would make listening fail.
            with suppress(FileNotFoundError):
                os.unlink(self._path)
            server = await capnp.AsyncIoStream.create_unix_server(accept, self._path)
            print(f"listening unix:{self._path}", flush=True)
        else:
            tls = _server_tls() if self._prefix else None
            server = await capnp.AsyncIoStream.create_server(accept, self._host, self._port, ssl=tls)
            print(f"listening {self._prefix}{self._host}:{server.sockets[0].getsockname()[1]}", flush=True)
        await standard_input_end()
        server.close()

    async def connect(self) -> "Connection":
        loop = asyncio.get_running_loop()
        if self._path is not None:
            wire = CountingSocket(socket.AF_UNIX, socket.SOCK_STREAM)
            where = self._path
        else:
            addresses = await loop.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM)
            family, kind, protocol, _, where = addresses[0]
            wire = CountingSocket(family, kind, protocol)
        wire.setblocking(False)
        await loop.sock_connect(wire, where)
        tls = {"ssl": _client_tls(), "server_hostname": "localhost"} if self._prefix else {}
        return Connection(await capnp.AsyncIoStream.create_connection(sock=wire, **tls), wire)


class CountingSocket(socket.socket):
    """Knows how many bytes were sent, which tells a call that stays in this process from one that leaves it."""

    sent = 0

    def send(self, data, flags=0):
        count = super().send(data, flags)
        self.sent += count
        return count


class Connection:
    """The client's side of a two-party connection."""

    def __init__(self, stream, wire: CountingSocket):
        self._stream = stream
        self._wire = wire
        self._client = capnp.TwoPartyClient(stream)

    @property
    def bytes_sent(self) -> int:
        return self._wire.sent

    def bootstrap(self, interface):
        return self._client.bootstrap().cast_as(interface)

    def close(self) -> None:
        self._client.close()
        self._stream.close()


async def standard_input_end() -> None:
    """Waits for the end of standard input: how a test program is told to stop, also when its parent crashes."""
    loop, ended = asyncio.get_running_loop(), asyncio.Event()

    def read():
        while sys.stdin.buffer.read(4096):
            pass
        with suppress(RuntimeError):  # The loop was closed before.
            loop.call_soon_threadsafe(ended.set)

    # Not the loop's executor: the program must be able to end while this still reads.
    threading.Thread(target=read, daemon=True).start()
    await ended.wait()


def _server_tls() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(os.environ["CAPWIRE_TLS_CERT"], os.environ["CAPWIRE_TLS_KEY"])
    return context


def _client_tls() -> ssl.SSLContext:
    # The certificate is its own authority, so a client trusts exactly it.
    return ssl.create_default_context(cafile=os.environ["CAPWIRE_TLS_CERT"])
