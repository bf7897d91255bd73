"""Datasets: one small file a benchmark, and loaders of the annotation files that are public.

Nothing is downloaded: a loader reads files that are there, `checks` says what is missing. A
`dataset.Dataset` tells splits, licence and known defects and loads `records`, which are the same
for all; its file lies in `catalogue`. Start reading at `dataset`.
"""
