"""The wire: deliveries from Slack, and calls to it."""
