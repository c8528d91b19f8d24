"""Test sends, each at most once: the states are in the books before the steps are taken.

One transaction checks everything and turns a draft into a confirmed send; another says that the call comes
next; only then is the API called, once; a last one keeps its outcome. Whoever finds a send stuck between two
of them, after a crash, never calls again: what was not yet about to be called is rejected, what was is unknown
until the carrier's report tells.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from bot.errors import BotError
from bot.guard.chain import Event
from bot.guard.course import (
    ABANDONED,
    CONFIRMED_WITHIN,
    after_answer,
    after_crash,
    after_error,
    after_report,
    late,
    report_of,
    stopped,
    uncancellable,
)
from bot.guard.events import as_record, event, outcome
from bot.guard.keys import Keys, mark_of
from bot.guard.ledger import Ledger
from bot.guard.limits import Used, check_limits
from bot.guard.policy import SendPolicy
from bot.sms.cloud import Cloud, CloudError, Delivery, Message
from bot.sms.command import Asker
from bot.sms.sending import AllowedNumber, Draft, Options, Record, Send, Wish

# Longer than it can be confirmed, so that who comes late is told so; no longer, for it holds what will be sent.
DRAFTS_KEPT = timedelta(minutes=10)
# Our clock and the carrier's may differ.
CLOCKS_DIFFER = timedelta(minutes=2)
# What people write down may hold a phone number: seven digits and more, whatever stands between them.
DIGITS = re.compile(r"\d(?:[\s().\-]*\d){6,}")
REASON_KEPT = 200


class GuardedSender:
    """The Sender of bot/sms/sending.py over a ledger and the clouds of the accounts.

    `now` is aware; `token` gives unguessable texts.
    """

    def __init__(  # noqa: PLR0913, PLR0917 -- what it needs from outside, each a part of its own
        self,
        policy: SendPolicy,
        ledger: Ledger,
        clouds: Mapping[str, Cloud],
        keys: Keys,
        now: Callable[[], datetime],
        token: Callable[[], str],
    ) -> None:
        self._policy = policy
        self._ledger = ledger
        self._clouds = clouds
        self._keys = keys
        self._now = now
        self._token = token

    async def options(self, asker: Asker) -> Options:
        try:
            self._policy.check_asker(asker)
        except BotError as refusal:
            async with self._ledger.writing() as books:
                await books.record(event(asker, "draft", None, self._now(), refusal))
            raise
        return self._policy.options

    async def draft(self, asker: Asker, wish: Wish) -> Draft:
        now, token = self._now(), self._token()
        send = self._drafted(asker, wish, now)
        refusal: BotError | None = None
        async with self._ledger.writing() as books:
            await books.forget_drafts(now - DRAFTS_KEPT)
            used = await books.used(send, now)
            refusal = self._refusal(asker, send, used, now, frozen=await books.frozen())
            if refusal is None:
                await books.add(send, mark_of(token))
            await books.record(event(asker, "draft", send, now, refusal))
        if refusal is not None:
            raise refusal
        left = self._policy.limits.day - used.day
        return Draft(send, token, int(CONFIRMED_WITHIN.total_seconds()), left)

    async def confirm(self, asker: Asker, token: str) -> Send:
        send = await self._confirmed(asker, token)
        message = self._message(send)
        send = await self._begun(send)
        try:
            handed = await self._clouds[send.account].send(message)
        except CloudError as error:
            return await self._settle(after_error(send, error, self._now()))
        return await self._settle(after_answer(send, handed, self._now()))

    async def cancel(self, asker: Asker, token: str) -> Send:
        now = self._now()
        async with self._ledger.writing() as books:
            send = await books.by_token(mark_of(token))
            refusal = uncancellable(asker, send)
            if send is not None and refusal is None:
                send = replace(send, state="cancelled", settled=now, parameters=())
                await books.write(send)
            await books.record(event(asker, "cancel", send, now, refusal))
        if send is None or refusal is not None:
            raise refusal or BotError("guard.no_draft")
        return send

    async def track(self, asker: Asker, name: str) -> Send:
        send = await self._seen(asker, name)
        if send.state in {"confirmed", "sending"} and await self.recover():
            send = await self._seen(asker, name)
        if send.finished or send.state not in {"accepted", "unknown"}:
            return send
        return await self.ask_delivery(send)

    async def follow_up(self) -> Sequence[Send]:
        """Asks for every delivery that is still awaited; for a start, and now and then.

        Where the API can't be asked, the send is awaited further: one account must not hold up the others.
        """
        known = list[Send]()
        async with self._ledger.writing() as books:
            awaited = await books.awaited()
        for send in awaited:
            with suppress(CloudError):
                known.append(await self.ask_delivery(send))
        return known

    async def ask_delivery(self, send: Send) -> Send:
        """What the carrier says by now; a send of unknown outcome is settled by its report alone."""
        reports = await self._reports(send)
        async with self._ledger.writing() as books:
            current = await books.by_id(send.id) or send
            if current.finished:
                return current
            alone = await books.open_to(current.number_mark) <= {current.id}
            claimed = await books.claimed(current.number_mark)
            found = report_of(current, reports, claimed, alone=alone)
            known = after_report(current, found, self._now())
            if known != current:
                await books.write(known)
                await books.record(outcome(known, self._now()))
        return known

    async def recover(self) -> Sequence[Send]:
        """Settles what a crash left in the middle, without sending; for a start, and now and then."""
        now, settled = self._now(), list[Send]()
        async with self._ledger.writing() as books:
            await books.forget_drafts(now - DRAFTS_KEPT)
            for send in await books.abandoned(now - ABANDONED):
                known = after_crash(send, now)
                await books.write(known)
                await books.record(outcome(known, now))
                settled.append(known)
        return settled

    async def freeze(self, asker: Asker, reason: str) -> None:
        await self._set_frozen(asker, "freeze", reason)

    async def thaw(self, asker: Asker) -> None:
        await self._set_frozen(asker, "thaw", "")

    async def records(self, asker: Asker, most: int) -> Sequence[Record]:
        check_admin(asker)
        async with self._ledger.writing() as books:
            rows = await books.newest(most)
        return [as_record(row) for row in rows]

    async def _reports(self, send: Send) -> Sequence[Delivery]:
        """What the carrier says on the number; nothing, when the settings don't lead to it any more."""
        number, cloud = self._number(send), self._clouds.get(send.account)
        if number is None or cloud is None or send.sending is None:
            return ()
        return await cloud.deliveries(number.number, send.sending - CLOCKS_DIFFER, self._now())

    async def _set_frozen(self, asker: Asker, action: str, reason: str) -> None:
        refusal = None if asker.admin and not asker.guest else BotError("guard.not_admin")
        async with self._ledger.writing() as books:
            if refusal is None:
                await books.set_frozen(frozen=action == "freeze")
            details = {"reason": DIGITS.sub("****", reason)[:REASON_KEPT]} | (
                {"refused": refusal.phrase} if refusal else {}
            )
            await books.record(Event(self._now(), asker.person, asker.channel, action, details))
        if refusal is not None:
            raise refusal

    async def _confirmed(self, asker: Asker, token: str) -> Send:
        """The draft of `token`, now confirmed, if everything still holds; a refusal is on record too."""
        async with self._ledger.writing() as books:
            now = self._now()
            send = await books.by_token(mark_of(token))
            if send is None:
                refusal: BotError | None = BotError("guard.no_draft")
            else:
                used = await books.used(send, now)
                refusal = late(asker, send, now) or self._refusal(
                    asker, send, used, now, frozen=await books.frozen()
                )
            if send is not None and refusal is None:
                send = replace(send, state="confirmed", confirmed=now)
                await books.write(send)
            await books.record(event(asker, "confirm", send, now, refusal))
        if send is None or refusal is not None:
            raise refusal or BotError("guard.no_draft")
        return send

    async def _begun(self, send: Send) -> Send:
        """On record as being sent, unless somebody has found it abandoned, or all sends were stopped.

        Nor after a pause in which this process, or its machine, was asleep: nobody expects it any more.
        """
        async with self._ledger.writing() as books:
            now = self._now()
            current = await books.by_id(send.id)
            if current is None or current.state != "confirmed":
                raise BotError("guard.used")
            refusal = stopped(current, now, frozen=await books.frozen())
            if refusal is None:
                send = replace(current, state="sending", sending=now)
            else:
                reason = refusal.phrase
                send = replace(current, state="rejected", settled=now, reason=reason, parameters=())
            await books.write(send)
            await books.record(outcome(send, now))
        if refusal is not None:
            raise refusal
        return send

    async def _settle(self, send: Send) -> Send:
        """Keeps the outcome of the one call, even when somebody has taken the send for abandoned."""
        try:
            async with self._ledger.writing() as books:
                current = await books.by_id(send.id)
                if current is not None and current.state not in {"sending", "unknown"}:
                    return current
                await books.write(send)
                await books.record(outcome(send, self._now()))
        except BotError as error:
            raise BotError("guard.not_kept", id=send.id) from error
        return send

    async def _seen(self, asker: Asker, name: str) -> Send:
        async with self._ledger.writing() as books:
            send = await books.by_id(name)
        admin = asker.admin and not asker.guest
        if send is None or not (admin or asker.person == send.person):
            raise BotError("guard.no_send")
        return send

    def _drafted(self, asker: Asker, wish: Wish, now: datetime) -> Send:
        return Send(
            id=self._token(),
            state="drafted",
            account=wish.account,
            person=asker.person,
            channel=asker.channel,
            number_name=wish.number.name,
            number_mark=self._keys.mark(wish.number.number),
            number_masked=str(wish.number.number),
            template=wish.template.id,
            signature=wish.template.signature,
            segments=wish.segments,
            drafted=now,
            expires=now + CONFIRMED_WITHIN,
            parameters=wish.parameters,
        )

    def _refusal(
        self, asker: Asker, send: Send, used: Used, now: datetime, *, frozen: bool
    ) -> BotError | None:
        """Why this may not be sent by the rules as they are now, if so."""
        try:
            self._policy.check_asker(asker)
            self._check_choice(send)
            if frozen:
                raise BotError("guard.frozen")  # noqa: TRY301 -- all reasons leave by one door
            check_limits(self._policy.limits, used, now)
        except BotError as refusal:
            return refusal
        return None

    def _check_choice(self, send: Send) -> None:
        if self._number(send) is None:
            raise BotError("guard.not_number", name=send.number_name)
        template = self._policy.template(send.template)
        if template is None or template.signature != send.signature:
            raise BotError("guard.not_template", template=send.template)
        if send.account not in self._clouds:
            raise BotError("guard.no_account", name=send.account)

    def _number(self, send: Send) -> AllowedNumber | None:
        """The allowed number of this mark, whatever it is called today."""
        return next(
            (it for it in self._policy.numbers if self._keys.mark(it.number) == send.number_mark), None
        )

    def _message(self, send: Send) -> Message:
        number = self._number(send)
        if number is None:
            raise BotError("guard.not_number", name=send.number_name)
        return Message(number.number, send.template, send.signature, send.parameters, session=send.id)


def check_admin(asker: Asker) -> None:
    if not asker.admin or asker.guest:
        raise BotError("guard.not_admin")
