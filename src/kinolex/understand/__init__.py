"""What is in a video, said in a person's own classes and names.

`label` tells which of some classes are to be seen, and when, by words alone or with a few example
pictures (`examples`, `gda`); `concepts` keeps a thing by name, so that ``@NAME`` finds it.
Everything works on the frame vectors that the library holds already: no video is decoded.
Start reading at `kinolex.understand.label.label`.
"""
