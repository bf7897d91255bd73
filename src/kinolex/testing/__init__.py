"""Checks that third parties can run on what they add, and synthetic clips with known content.

Start reading at `kinolex.testing.clips` (`make_clip`): every clip carries burned-in frame numbers,
so that a test can compare what was decoded with what was written. The conformance suites
(``check_...``) live beside it, one file each.
"""
