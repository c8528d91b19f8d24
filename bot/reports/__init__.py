"""Digests and alerts: what is told without anybody asking, exactly once."""
