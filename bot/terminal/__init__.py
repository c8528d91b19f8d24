"""A Slack channel in a terminal."""
