"""From files to a library: scan, plan, stages, resume, failures, watch.

Start reading at `run.Ingest.run`: it walks the roots (`scan`), decides what each video still
needs (`plan`), and lets each stage commit its channel in one transaction, coarse first, so that
everything is searchable as early as can be. Stages: `titles` (names, chapters, subtitles),
`pictures` (frame vectors, shots, stills, screen text in one decode pass), `speech`.
"""
