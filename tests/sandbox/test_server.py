"""The stand-in starts and stops cleanly, and remembers what arrived."""

import asyncio
import re
from datetime import datetime
from pathlib import Path
from time import monotonic

import httpx
import pytest

from bot.sandbox.samples import BUSY_RECEIPTS
from bot.sandbox.sending import ENDINGS, OK
from bot.sandbox.server import Sandbox
from tests.sandbox.caller import Caller, Clock, message, talk, until

NUMBER = "+8618501234444"
CODE = re.compile(r'"((?:[A-Z]\w+(?:Operation|Failure|Exceeded|Value|Parameter|Error))\.\w+)"')


def test_what_arrives_is_remembered_with_its_verdict_and_time() -> None:
    clock = Clock()

    async def scenario(call: Caller) -> list[tuple[str, str, datetime]]:
        await call("SendSms", message(NUMBER))
        await call("SendSms", {})
        await call("PullSmsSendStatus", {})
        assert call.sandbox.calls[0].payload == message(NUMBER)
        return [(it.action, it.verdict, it.at) for it in call.sandbox.calls]

    assert talk(scenario, clock) == [
        ("SendSms", "executed", clock()),
        ("SendSms", "refused", clock()),
        ("PullSmsSendStatus", "refused", clock()),
    ]


def test_what_is_sent_is_remembered() -> None:
    clock = Clock()

    async def scenario(call: Caller) -> list[tuple[object, ...]]:
        await call("SendSms", message(NUMBER))
        return [(it.number, it.template, it.parameters, it.session, it.at) for it in call.sandbox.sent]

    assert talk(scenario, clock) == [(NUMBER, 1110001, ("123456", "5"), "ours", clock())]


def test_every_answer_has_another_request_id() -> None:
    async def scenario(call: Caller) -> set[object]:
        answers = [await call("DescribeSmsSignList", {"International": 0}) for _ in range(3)]
        return {it.response["RequestId"] for it in answers}

    assert len(talk(scenario)) == 3


def test_only_a_post_to_the_root_is_served() -> None:
    async def scenario(call: Caller) -> list[int]:
        answers = [await call.client.get(call.url), await call.client.post(f"{call.url}/v2")]
        return [it.status_code for it in answers]

    assert talk(scenario) == [405, 404]


@pytest.mark.parametrize("hanging", [0, 3])
def test_a_stop_is_quick_with_open_and_with_hanging_connections(hanging: int) -> None:
    async def scenario() -> float:
        sandbox = Sandbox(Clock())
        async with httpx.AsyncClient(trust_env=False) as client:
            async with sandbox.serving() as url:
                call = Caller(url, sandbox, client, Clock())
                await call("DescribeSmsSignList", {"International": 0})
                _, silent = await asyncio.open_connection("127.0.0.1", httpx.URL(url).port)
                sandbox.faults.add("slow", times=hanging)
                asked = [asyncio.ensure_future(call("SendSms", message(NUMBER))) for _ in range(hanging)]
                await until(lambda: len(sandbox.calls) == 1 + hanging)
                begun = monotonic()
            took = monotonic() - begun
            endings = await asyncio.gather(*asked, return_exceptions=True)
            silent.close()
        assert all(isinstance(it, httpx.TransportError) for it in endings)
        return took

    assert asyncio.run(scenario()) < 1


def test_a_stand_in_can_be_served_again_and_keeps_its_account() -> None:
    async def scenario() -> int:
        clock = Clock()
        sandbox = Sandbox(clock)
        async with httpx.AsyncClient(trust_env=False) as client:
            for _ in range(2):
                async with sandbox.serving() as url:
                    await Caller(url, sandbox, client, clock)("SendSms", message(NUMBER))
                clock.forward(minutes=1)
        return len(sandbox.sent)

    assert asyncio.run(scenario()) == 2


def test_a_port_that_was_asked_for_is_the_one() -> None:
    async def scenario() -> bool:
        sandbox = Sandbox(Clock())
        async with sandbox.serving() as url:
            port = int(url.rpartition(":")[2])
        async with sandbox.serving(port) as again:
            return again == url

    assert asyncio.run(scenario())


def test_the_knowledge_base_explains_every_code_that_is_answered(project: Path) -> None:
    errors = "".join(it.read_text("utf-8") for it in (project / "knowledge" / "errors").glob("*.toml"))
    sources = "".join(it.read_text("utf-8") for it in (project / "bot" / "sandbox").glob("*.py"))
    receipts = {code for _, code in BUSY_RECEIPTS} | {code for code in ENDINGS.values() if code}

    codes = set(CODE.findall(sources)) | receipts

    assert len(codes) > 25
    assert OK not in codes
    assert {code for code in codes if f'"{code}"' not in errors} == set()
