"""From spans of videos to files for editors and players.

`request.Clip` is one span to export; `registry.export` writes a format to a file, and each format
is one file in ``formats/`` with the decorator `registry.exporter`. `events` (for editors), `cues`
(for words) and `chapters` hold what several formats share; `timecode` counts frames as SMPTE
12M does. Films are cut by `kinolex.media.cutting`, in a guarded process. Start reading at
`registry`.
"""
