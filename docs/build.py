"""Write the generated pages: ``python.md`` from the docstrings, ``commands.md``, the protocols.

The pages of the lab and of its matchers are written where torch is there.

Run with ``make docs``; a test says when a page is out of date.
"""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

HERE = Path(__file__).resolve().parent
MODULES = (
    "kinolex.api",
    "kinolex.moments",
    "kinolex.errors",
    "kinolex.progress",
    "kinolex.settings",
    "kinolex.ingest.report",
    "kinolex.library.records",
    "kinolex.library.concepts",
    "kinolex.library.kept",
    "kinolex.library.kept_saved",
    "kinolex.library.kept_collections",
    "kinolex.library.kept_tags",
    "kinolex.library.kept_corrections",
    "kinolex.search.door",
    "kinolex.understand.door",
    "kinolex.understand.keeping",
    "kinolex.understand.classes",
    "kinolex.understand.labels",
    "kinolex.client.client",
    "kinolex.client.asking",
    "kinolex.client.looking",
    "kinolex.client.working",
    "kinolex.client.jobs",
    "kinolex.client.keeping",
    "kinolex.client.records",
    "kinolex.export.door",
    "kinolex.export.request",
    "kinolex.export.registry",
    "kinolex.evaluation.surface",
    "kinolex.evaluation.result",
    "kinolex.evaluation.protocol",
    "kinolex.evaluation.measure",
    "kinolex.evaluation.ranks",
    "kinolex.evaluation.normalise",
    "kinolex.evaluation.comparing",
    "kinolex.evaluation.reporting",
    "kinolex.evaluation.drawing",
    "kinolex.evaluation.runs",
    "kinolex.evaluation.moments",
    "kinolex.benchmark.door",
    "kinolex.benchmark.models",
    "kinolex.benchmark.features",
    "kinolex.benchmark.items",
    "kinolex.benchmark.encoding",
    "kinolex.benchmark.task",
    "kinolex.benchmark.mock",
    "kinolex.benchmark.for_mteb",
    "kinolex.benchmark.scorers.registry",
    "kinolex.benchmark.unlabelled.running",
    "kinolex.benchmark.unlabelled.probe",
    "kinolex.datasets.dataset",
    "kinolex.datasets.records",
    "kinolex.world.scene",
    "kinolex.world.sampling",
    "kinolex.world.drawing",
    "kinolex.world.streams",
    "kinolex.world.writing",
    "kinolex.world.facts",
    "kinolex.world.checks",
    "kinolex.world.edits",
    "kinolex.world.planning",
    "kinolex.world.splits",
    "kinolex.world.sheets",
    "kinolex.world.kinds.base",
    "kinolex.world.truth.registry",
    "kinolex.world.truth.exporting",
    "kinolex.encoders.protocols",
    "kinolex.encoders.registry",
    "kinolex.testing.encoders",
    "kinolex.testing.exporters",
    "kinolex.testing.measures",
)
LAB = (
    "kinolex.lab.features",
    "kinolex.lab.dataset",
    "kinolex.lab.matchers.base",
    "kinolex.lab.losses.base",
    "kinolex.lab.backbone.backbone",
    "kinolex.lab.backbone.shape",
    "kinolex.lab.backbone.loading",
    "kinolex.lab.backbone.points",
    "kinolex.lab.training.settings",
    "kinolex.lab.training.running",
    "kinolex.lab.training.trainer",
    "kinolex.lab.training.checkpoints",
    "kinolex.lab.evaluating",
    "kinolex.lab.comparing",
    "kinolex.lab.decoding",
    "kinolex.lab.indexed",
    "kinolex.lab.export.run",
    "kinolex.lab.export.matcher",
    "kinolex.lab.export.encoder",
    "kinolex.testing.matchers",
)
"""What the lab is called by; it needs torch, and so does its page."""


def signature(thing: object) -> str:
    """Signature without module paths; of settings, their fields and defaults."""
    if fields := getattr(thing, "model_fields", None):
        values = ("..." if _is_long(field) else repr(field.default) for field in fields.values())
        given = map("=".join, zip(fields, values, strict=True))
        return f"(*, {', '.join(given)})"
    try:
        text = str(inspect.signature(thing))  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return ""
    text = re.sub(r"<factory>|<[^>]* at 0x[0-9a-f]+>|<function (\w+)[^>]*>", r"...", text)
    return text.replace("'", "")


def _is_long(field: Any) -> bool:
    """Whether a setting has no value by default, or one with settings of its own."""
    return (
        field.is_required() or field.default_factory or hasattr(type(field.default), "model_fields")
    )


def page(doc: str | None) -> str:
    """A docstring as Markdown: sections become bold, doctests become code."""
    text = inspect.cleandoc(doc or "")
    text = re.sub(r"^(\w[\w ]*)\n-{3,}$", r"**\1**\n", text, flags=re.MULTILINE)
    lines: list[str] = []
    inside = False
    for line in text.splitlines():
        starts = line.startswith(">>> ")
        if starts and not inside:
            lines.append("```python")
            inside = True
        if inside and not line.strip():
            lines.append("```")
            inside = False
        # A parameter's text is indented; Markdown would take it for code.
        lines.append(line if inside else re.sub(r"^ {4}", "&nbsp;&nbsp;", line))
        if not inside and re.match(r"^[\w, *]+ : ", line):
            lines[-1] = f"\n`{line}`  "
    if inside:
        lines.append("```")
    return "\n".join(lines)


def members(module: ModuleType) -> list[str]:
    """Pages of a module's public names, in its own order."""
    parts: list[str] = []
    for name in module.__all__:
        thing = getattr(module, name)
        if not (inspect.isclass(thing) or inspect.isfunction(thing)):
            continue
        parts.append(f"### `{name}{signature(thing)}`\n\n{page(thing.__doc__)}")
        if inspect.isclass(thing):
            for key, value in vars(thing).items():
                target = value.fget if isinstance(value, property) else value
                if key.startswith("_") or not inspect.isfunction(target) or not target.__doc__:
                    continue
                called = key if isinstance(value, property) else f"{key}{signature(target)}"
                parts.append(f"#### `{name}.{called}`\n\n{page(target.__doc__)}")
    return parts


def python_reference() -> str:
    """The whole page."""
    return reference_of(
        "# Python reference",
        "Generated from the docstrings by `make docs`; start with `kinolex.open`. What trains "
        "matchers is in [lab-python.md](lab-python.md).",
        MODULES,
    )


def lab_reference() -> str:
    """The page of the lab."""
    return reference_of(
        "# Python reference of the lab",
        "Generated from the docstrings by `make docs`; start with [lab.md](lab.md). All of this "
        "needs torch.",
        LAB,
    )


def reference_of(title: str, introduction: str, modules: tuple[str, ...]) -> str:
    """A page of modules, in their order."""
    parts = [title, introduction]
    for name in modules:
        module = importlib.import_module(name)
        parts.append(f"## `{name}`\n\n{page(module.__doc__)}")
        parts += members(module)
    text = "\n\n".join(parts)
    return "\n".join(line.rstrip() for line in text.splitlines()) + "\n"


def main() -> None:
    """Write every generated page."""
    from kinolex.cli.reference import reference

    (HERE / "python.md").write_text(python_reference(), encoding="utf-8")
    if importlib.util.find_spec("torch") is not None:
        (HERE / "lab-python.md").write_text(lab_reference(), encoding="utf-8")
    (HERE / "commands.md").write_text(reference(), encoding="utf-8")
    (HERE / "protocols").mkdir(exist_ok=True)
    sys.path.insert(0, str(HERE))
    written = importlib.import_module("protocols_pages").pages(page)
    for old in (HERE / "protocols").glob("*.md"):
        if f"protocols/{old.name}" not in written:
            old.unlink()
    written |= importlib.import_module("matchers_page").pages()
    for name, text in written.items():
        (HERE / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
