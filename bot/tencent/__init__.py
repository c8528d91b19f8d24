"""The SMS API over HTTP."""
