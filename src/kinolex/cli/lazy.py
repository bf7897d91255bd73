"""Verbs that are imported only when they are called, and the options that all of them share."""

from __future__ import annotations

import copy
import importlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import typer
import typer.main
from typer.core import TyperGroup

__all__ = ["Given", "LazyGroup", "given", "verb"]

SHARED = ("library", "debug", "quiet")
"""Names of the global options; every verb takes them too, so that their place does not matter."""


@dataclass
class Given:
    """What the global options say."""

    library: str = ""
    debug: bool = False
    quiet: bool = False


def given(context: Any) -> Given:
    """The global options of this call, wherever they stood."""
    root = context.find_root()
    if not isinstance(root.obj, Given):
        root.obj = Given()
    found: Given = root.obj
    return found


def verb() -> typer.Typer:
    """An empty app for one verb: plain help, no completion options, no tracebacks of its own."""
    return typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


def _remember(context: Any, parameter: Any, value: Any) -> Any:
    if value:
        setattr(given(context), parameter.name, value)
    return value


def _no_type(ctx: Any) -> str:
    """Say nothing of an argument's Python type in help: its metavar says what it is."""
    return ""


def share(command: Any, parameters: Iterable[Any]) -> None:
    """Give a verb, or every verb of a group, the global options as its last ones."""
    command.rich_markup_mode = None
    inner = getattr(command, "commands", None)
    if inner is not None:
        for each in inner.values():
            share(each, parameters)
        return
    for parameter in command.params:
        if parameter.param_type_name == "argument" and parameter.metavar:
            parameter.display_type_rich = _no_type
    taken = {name for p in command.params for name in p.opts}
    for parameter in parameters:
        if not taken.intersection(parameter.opts):
            twin = copy.copy(parameter)
            twin.expose_value = False
            command.params.append(twin)


class LazyGroup(TyperGroup):
    """A group whose verbs are modules of `kinolex.cli`, each with a Typer called ``app``.

    ``verbs`` maps each name to its one-line help, which is all that ``--help`` needs.
    """

    verbs: dict[str, str]

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        for parameter in self._shared():
            parameter.callback = _remember

    def _shared(self) -> list[Any]:
        return [p for p in self.params if p.name in SHARED]

    def list_commands(self, ctx: Any) -> list[str]:
        """Names of the verbs, in the order in which people meet them."""
        return list(self.verbs)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Import a verb and build it, or None when there is no such verb."""
        if cmd_name not in self.verbs:
            return None
        if cmd_name not in self.commands:
            module = importlib.import_module(f"kinolex.cli.{cmd_name}")
            command = typer.main.get_command(module.app)
            command.name = cmd_name
            share(command, self._shared())
            self.commands[cmd_name] = command
        return self.commands[cmd_name]

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the verb that is meant, or say which one is near."""
        if args and args[0] not in self.verbs:
            from kinolex.registries import nearest

            ctx.fail(f"There is no verb {args[0]!r}.{nearest(args[0], self.verbs)}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the list of verbs without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl(list(self.verbs.items()))
