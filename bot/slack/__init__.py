"""Slack: what is said there becomes values, what we have to say becomes blocks."""
