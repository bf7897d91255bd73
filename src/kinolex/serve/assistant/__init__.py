"""The MCP server: what an assistant may ask of a library, over stdio and streamable HTTP.

Five tools (`catalogue`), each a function (`finding`, `looking`, `handing`) that takes a visit and
typed arguments (`asked`) and gives a small typed answer (`told`): ids, times, words; never bytes,
never a path of this machine. Pictures and exported files are resources (`resources`) that are read
on purpose. `visit` is the way to the library, `server` speaks the protocol, `web` puts it into an
ASGI application and `run` onto stdin and stdout. Start reading at `catalogue`.

After the Model Context Protocol, https://modelcontextprotocol.io, through its official SDK.
"""
