"""What holds in an account at one look: every alert that the policy knows, each found raised, clear or neither."""

from collections.abc import Sequence

from bot.reports.policy import AlertPolicy
from bot.reports.results import arrears, failures, refusals
from bot.reports.sight import Finding, Sight
from bot.reports.supply import balances, expiring, known_packages, outlook_of, running_out
from bot.reports.volume import unusual


def findings(sight: Sight, policy: AlertPolicy) -> Sequence[Finding]:
    """One for each alert: `balance:<share or messages>`, `run_out`, `expiry:<package>`, `unusual`, `failures` and so on."""
    packages = known_packages(sight)
    outlook = outlook_of(packages, sight)
    return (
        *balances(packages, outlook, sight.at, policy),
        running_out(packages, outlook, sight.at, policy),
        *expiring(packages, outlook, sight.at, policy),
        unusual(sight, policy),
        failures(sight),
        refusals(sight),
        arrears(sight),
    )
