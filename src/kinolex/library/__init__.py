"""What is stored: one folder that holds everything known about a set of videos.

`store.Store` is the door; it is put together from one class a concern (`roots`, `files`,
`videos`, `channels`, `passages`, `failures`, `memory`, `concepts`, `prune`). ``library.sqlite`` is
the truth (`schema`, ``migrations/``), ``cache/`` holds derived arrays (`arrays`) for
`vectors.VectorTable`. The format is written down in ``docs/library-format.md``. Start reading at
`store`.
"""
