"""One file a format; `kinolex.export.registry.formats` finds them all."""
