"""A stand-in for the SMS API on loopback: for the console without credentials, and for the tests."""
