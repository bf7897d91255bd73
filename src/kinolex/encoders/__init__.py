"""Encoders: what turns frames, sentences, sound and screens into vectors and words.

Start reading at `kinolex.encoders.protocols` (what every encoder keeps), then
`kinolex.encoders.registry` (``load_picture``, ``load_words``, ...). A model is one JSON card
(`kinolex.encoders.cards`) with its sources in order (`kinolex.encoders.sources`); nothing is ever
downloaded unless somebody pulls a model by name.
"""
