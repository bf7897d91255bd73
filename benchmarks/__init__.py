"""Benchmarks: one command, a table and a JSON, ratios in one run, medians with spread."""
