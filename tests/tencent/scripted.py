"""A server that answers as a test has written down, for what the sandbox never says."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

from aiohttp import web

from bot.tencent.client import TencentCloud
from bot.tencent.connection import connected
from tests.tencent.calling import APP, KEYS, REGION, SHORT, Hands

Payload = Mapping[str, object]
Script = Callable[[str, Payload], web.Response]


def answered(**fields: object) -> web.Response:
    return web.json_response({"Response": {**fields, "RequestId": "r-1"}})


def failed(code: str, message: str = "Says the script.") -> web.Response:
    return answered(Error={"Code": code, "Message": message})


@asynccontextmanager
async def scripted_server(script: Script, certificate: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    async def serve(request: web.Request) -> web.Response:
        return script(request.headers["X-TC-Action"], json.loads(await request.read()))

    async with answering_server(serve, certificate) as url:
        yield url


@asynccontextmanager
async def answering_server(
    serve: Callable[[web.Request], Awaitable[web.Response]], certificate: ssl.SSLContext | None = None
) -> AsyncIterator[str]:
    application = web.Application()
    application.router.add_post("/", serve)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=certificate).start()
        yield f"http{'s' if certificate else ''}://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def scripted_cloud(script: Script, hands: Hands | None = None) -> AsyncIterator[TencentCloud]:
    surroundings = (hands or Hands()).surroundings()
    async with scripted_server(script) as url, connected(url, surroundings, patience=SHORT) as connection:
        yield connection.cloud(KEYS, APP, REGION)


class RawServer:
    """Says these bytes to every request and closes: byte by byte every `drip` seconds, or before it is asked.

    Waits for a request like one of HTTP, and for ever for anything else.
    """

    def __init__(self, reply: bytes, *, drip: float = 0.0, greets: bool = False) -> None:
        self.reply = reply
        self.drip = drip
        self.greets = greets
        self.arrived = asyncio.Event()
        self.heads: list[bytes] = []
        self.requests: list[bytes] = []
        self._tasks = set[asyncio.Task[None]]()

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[str]:
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        async with server:
            yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._tasks.add(asyncio.create_task(self._serve(reader, writer)))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if not self.greets:
                await self._hear(reader)
            await self._say(writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the client gave up
        finally:
            writer.close()

    async def _hear(self, reader: asyncio.StreamReader) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        self.heads.append(head)
        self.requests.append(head + await reader.readexactly(body_length(head)))
        self.arrived.set()

    async def _say(self, writer: asyncio.StreamWriter) -> None:
        for byte in self.reply if self.drip else ():
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(self.drip)
        if not self.drip:
            writer.write(self.reply)
            await writer.drain()


def body_length(head: bytes) -> int:
    lines = head.lower().split(b"\r\n")
    return next((int(line.split(b":")[1]) for line in lines if line.startswith(b"content-length:")), 0)
