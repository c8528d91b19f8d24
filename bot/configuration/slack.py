"""What the environment says of Slack: the tokens, and where it is."""

import re

from bot.configuration import words
from bot.configuration.values import SlackSettings
from bot.configuration.variables import Variables
from bot.secret import Secret

BOT, APP, SIGNING = "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET"
API_URL = "https://slack.com/api/"
# What each looks like, and what it is a mistake of not to. A signing secret is only known not to be a token.
FORMS = {
    BOT: (re.compile(r"xoxb-[A-Za-z0-9-]+"), "wrong_bot_token"),
    APP: (re.compile(r"xapp-[A-Za-z0-9-]+"), "wrong_app_token"),
    SIGNING: (re.compile(r"(?!xox|xapp-)[!-~]+"), "wrong_signing_secret"),
}
# With both of them in the environment, the library serves several workspaces through OAuth and drops our token.
OAUTH = ("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET")


def read_slack(variables: Variables) -> SlackSettings | None:
    """None without a bot token: nothing else is looked at then."""
    if not variables.given(BOT):
        return None
    bot_token, app_token, signing_secret = (token(variables, name) for name in FORMS)
    if not variables.given(APP) and not variables.given(SIGNING):
        variables.report(APP, "no_transport", other=SIGNING)
    if variables.present(*OAUTH):
        variables.report(OAUTH[0], "oauth_variables", other=OAUTH[1])
    api_url = variables.word("SLACK_API_URL", API_URL, "wrong_slack_url", words.api_url)
    return SlackSettings(bot_token, app_token, signing_secret, api_url) if bot_token else None


def token(variables: Variables, name: str) -> Secret | None:
    """What NAME or NAME_FILE gives; one that can't be right is told, by where it belongs if that shows."""
    if (secret := variables.secret(name)) is None:
        return None
    form, kind = FORMS[name]
    if not form.fullmatch(secret.reveal()):
        owner = next((it for it in (BOT, APP) if FORMS[it][0].fullmatch(secret.reveal())), "")
        variables.report(name, "misplaced_token" if owner else kind, owner=owner)
    return secret
