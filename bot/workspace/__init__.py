"""A stand-in for Slack: for the console, the tests and the benchmark."""
