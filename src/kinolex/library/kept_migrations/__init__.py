"""Numbered forward migrations of ``kept.sqlite``: ``0001.sql``, ``0002.sql``, ..."""
