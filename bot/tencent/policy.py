"""The policy of each action: how often it may be called, and whether a failed call is tried again."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

# The queues of receipts and replies are missing on purpose: reading them takes the records away from
# whoever else waits for them.
Action = Literal[
    "SendSms",
    "SmsPackagesStatistics",
    "SendStatusStatistics",
    "CallbackStatusStatistics",
    "PullSmsSendStatusByPhoneNumber",
    "PullSmsReplyStatusByPhoneNumber",
    "DescribeSmsSignList",
    "DescribeSmsTemplateList",
    "DescribePhoneNumberInfo",
]


@dataclass(frozen=True, slots=True)
class Policy:
    """`rate`: documented calls per second of one account. An action that `sends` costs money each time."""

    rate: int
    sends: bool = False

    @property
    def tries(self) -> int:
        """The API can't tell a repeated send from a second one, so a send is tried once, whatever happens."""
        return 1 if self.sends else 3

    @property
    def pace(self) -> float:
        """Calls per second that we allow ourselves: half, since others use the account as well."""
        return self.rate / 2


POLICIES: Mapping[Action, Policy] = {
    "SendSms": Policy(rate=3000, sends=True),
    "SmsPackagesStatistics": Policy(rate=10),
    "SendStatusStatistics": Policy(rate=10),
    "CallbackStatusStatistics": Policy(rate=10),
    "PullSmsSendStatusByPhoneNumber": Policy(rate=20),
    "PullSmsReplyStatusByPhoneNumber": Policy(rate=20),
    "DescribeSmsSignList": Policy(rate=20),
    "DescribeSmsTemplateList": Policy(rate=20),
    "DescribePhoneNumberInfo": Policy(rate=1000),
}
