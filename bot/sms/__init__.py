"""What we can do: pure. No clock, no network, no store: they come in as arguments."""
