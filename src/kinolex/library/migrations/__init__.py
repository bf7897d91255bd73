"""Numbered forward migrations of ``library.sqlite``: ``0001.sql``, ``0002.sql``, ..."""
