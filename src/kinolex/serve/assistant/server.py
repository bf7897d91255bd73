"""The protocol: the tools and resources as a server of the official SDK."""

from __future__ import annotations

import base64
import functools
import json
import logging
from typing import TYPE_CHECKING, Any

from mcp import types
from mcp.server.lowlevel import Server
from mcp.shared.exceptions import MCPError
from pydantic import ValidationError

from kinolex._version import __version__
from kinolex.errors import KinolexError
from kinolex.serve.assistant import resources
from kinolex.serve.assistant.catalogue import INSTRUCTIONS, TOOLS, Tool
from kinolex.serve.assistant.naming import folders_of
from kinolex.serve.assistant.visit import Reach, Visit
from kinolex.serve.problems import problem_of

if TYPE_CHECKING:
    from mcp.server import ServerRequestContext

__all__ = ["assistant"]

_log = logging.getLogger(__name__)


def assistant(reach: Reach) -> Server[Any]:
    """A server of the Model Context Protocol over a library.

    Parameters
    ----------
    reach : callable
        Makes the `Visit` of a request (None over stdio).

    Returns
    -------
    mcp.server.lowlevel.Server
        Without any transport.
    """

    async def list_tools(context: Any, given: Any) -> types.ListToolsResult:
        return types.ListToolsResult(tools=[_published(tool) for tool in TOOLS.values()])

    async def call_tool(
        context: ServerRequestContext[Any, Any], given: types.CallToolRequestParams
    ) -> types.CallToolResult:
        tool = TOOLS.get(given.name)
        if tool is None:
            raise MCPError(types.INVALID_PARAMS, f"There is no tool {given.name[:50]!r}.")
        return await called(tool, given.arguments or {}, reach(context.request))

    async def list_resources(context: Any, given: Any) -> types.ListResourcesResult:
        return types.ListResourcesResult(resources=[])

    async def list_templates(context: Any, given: Any) -> types.ListResourceTemplatesResult:
        return types.ListResourceTemplatesResult(resource_templates=list(_TEMPLATES))

    async def read_resource(
        context: ServerRequestContext[Any, Any], given: types.ReadResourceRequestParams
    ) -> types.ReadResourceResult:
        return await was_read(str(given.uri), reach(context.request))

    return Server(
        "kinolex",
        title="kinolex",
        version=__version__,
        description="Finds moments in a person's own videos.",
        instructions=INSTRUCTIONS,
        get_tool_input_schema=_input_schema,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
        on_list_resources=list_resources,
        on_list_resource_templates=list_templates,
        on_read_resource=read_resource,
    )


async def called(tool: Tool, arguments: dict[str, Any], visit: Visit) -> types.CallToolResult:
    """Run a tool; what goes wrong is one sentence, for the assistant to read."""
    try:
        answer = await tool.run(visit, tool.arguments.model_validate(arguments))
    except Exception as error:
        text = await sentence_of(error, visit)
        return types.CallToolResult(content=[_text(text)], is_error=True)
    plain = answer.model_dump(mode="json", exclude_none=True)
    text = json.dumps(plain, ensure_ascii=False, separators=(",", ":"))
    return types.CallToolResult(content=[_text(text)], structured_content=plain)


async def was_read(uri: str, visit: Visit) -> types.ReadResourceResult:
    """Read a resource; what goes wrong is an error of the protocol with one sentence."""
    try:
        found, kind = await resources.read(uri, visit)
    except Exception as error:
        expected = isinstance(error, KinolexError)
        code = types.INVALID_PARAMS if expected else types.INTERNAL_ERROR
        raise MCPError(code, await sentence_of(error, visit)) from error
    content: types.TextResourceContents | types.BlobResourceContents
    if isinstance(found, str):
        content = types.TextResourceContents(uri=uri, text=found, mime_type=kind)
    else:
        blob = base64.b64encode(found).decode("ascii")
        content = types.BlobResourceContents(uri=uri, blob=blob, mime_type=kind)
    return types.ReadResourceResult(contents=[content])


async def sentence_of(error: Exception, visit: Visit) -> str:
    """One sentence (and what to do), without paths of this machine."""
    if isinstance(error, ValidationError):
        return _misfit(error)
    if not isinstance(error, KinolexError):
        _log.exception("a tool of the assistant failed", exc_info=error)
    try:
        places = await visit.look(folders_of)
    except KinolexError:
        places = []
    found = problem_of(error, places)
    return f"{found.detail} {found.hint}".strip()


def _misfit(error: ValidationError) -> str:
    """What does not fit in the arguments: the first thing, without what was given.

    Examples
    --------
    >>> from kinolex.serve.assistant.asked import OpenArguments
    >>> try:
    ...     OpenArguments.model_validate({"video": 3})
    ... except ValidationError as found:
    ...     print(_misfit(found))
    video: input should be a valid string.
    """
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    where = ".".join(str(part)[:50] for part in first["loc"]) or "arguments"
    why = str(first["msg"]).removeprefix("Value error, ")[:200]
    return f"{where}: {why[:1].lower()}{why[1:].rstrip('.')}."


def _text(text: str) -> types.TextContent:
    return types.TextContent(type="text", text=text)


def _input_schema(name: str) -> dict[str, Any] | None:
    tool = TOOLS.get(name)
    return None if tool is None else tool.arguments.model_json_schema()


@functools.cache
def _published(tool: Tool) -> types.Tool:
    return types.Tool(
        name=tool.name,
        title=tool.title,
        description=" ".join(tool.about.split()),
        input_schema=tool.arguments.model_json_schema(),
        output_schema=tool.answer.model_json_schema(),
        annotations=types.ToolAnnotations(
            title=tool.title,
            read_only_hint=not tool.writes,
            destructive_hint=False,
            idempotent_hint=not tool.writes,
            open_world_hint=False,
        ),
    )


_TEMPLATES = (
    types.ResourceTemplate(
        uri_template=resources.STILL,
        name="still",
        title="A picture of a video",
        description="The kept picture that is nearest to t seconds; `stills` gives good times.",
        mime_type="image/jpeg",
    ),
    types.ResourceTemplate(
        uri_template=resources.EXPORT,
        name="export",
        title="An exported file",
        description="The file that `export` has made.",
    ),
)
