"""Cutting films: spans of files to a new file, by copying packets or by coding anew.

`kinolex.media.Guard.cut` runs it in the guarded child process. `plan` says what is asked for and
what came out; `cut` chooses the way; `keys` finds out where packets can be copied and `copying`
copies them; `coding` codes pictures (`film`, `fitting`) and sound (`track`) anew. Start reading at
`cut`.
"""
