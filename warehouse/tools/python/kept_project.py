"""Keeps what dbt has read of a project from one build to the next, so that a build reads, links and writes down nothing that has not
changed; and has dbt make exactly the nodes that it is told, without weighing each of hundreds of names against each node.

Whoever asks says by a hash what the project is made of: another hash, and dbt reads it again.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, Iterator
from contextlib import contextmanager


@dataclass
class Project:
    code: str
    manifest: Any = None
    graph: Any = None


@dataclass
class Current:
    """The run under way; there is never more than one."""

    project: Project | None = None
    nodes: frozenset[str] | None = None
    """Nodes as they were before dbt compiled them in place."""
    before: dict[str, Any] = field(default_factory=dict)


PROJECTS: dict[str, Project] = {}
CURRENT = Current()


@contextmanager
def kept(target: str, code: str | None, nodes: list[str] | None) -> Iterator[Any]:
    """The manifest of what was kept of `target`, None where dbt has to read it. Without `code` nothing is kept."""
    found = PROJECTS.pop(target, None)
    project = found if found and found.code == code else Project(code) if code is not None else None
    CURRENT.project, CURRENT.nodes, CURRENT.before = project, None if nodes is None else frozenset(nodes), {}
    try:
        yield project.manifest if project else None
        if project and project.manifest is not None:
            project.manifest.nodes.update(CURRENT.before)
            PROJECTS[target] = project
    finally:
        CURRENT.project, CURRENT.nodes, CURRENT.before = None, None, {}


def keep() -> None:
    """Once per process, before dbt's first command."""
    from dbt.cli import requires
    from dbt.compilation import Compiler
    from dbt.graph.selector import NodeSelector
    from dbt.node_types import NodeType
    from dbt.task import runnable

    parse, compile_graph, select = requires.parse_manifest, Compiler.compile, NodeSelector.get_selected
    begin, write = runnable.GraphRunnableTask._runtime_initialize, runnable.write_manifest

    def parse_manifest(*args: Any, **kwargs: Any) -> Any:
        manifest = parse(*args, **kwargs)
        # what is put into its readers is compiled with them, and marked as done
        if CURRENT.project and not any(node.is_ephemeral for node in manifest.nodes.values()):
            CURRENT.project.manifest = manifest
        return manifest

    def compile_kept(self: Any, manifest: Any, *args: Any, **kwargs: Any) -> Any:
        project = CURRENT.project
        if project is None or project.manifest is not manifest:
            return compile_graph(self, manifest, *args, **kwargs)
        if project.graph is None:
            project.graph = compile_graph(self, manifest, *args, **kwargs)
        else:
            self.initialize()
        return project.graph

    def get_selected(self: Any, spec: Any, warn_on_no_nodes: bool = True) -> set[str]:
        if CURRENT.nodes is None:
            return select(self, spec, warn_on_no_nodes)
        unknown = sorted(CURRENT.nodes - set(self.full_graph.graph.nodes))
        if unknown:
            raise ValueError(f"the project has no node {unknown[0]}")
        return self.filter_selection(set(CURRENT.nodes))

    def initialize(self: Any) -> None:
        begin(self)
        project = CURRENT.project
        if project and project.manifest is self.manifest:
            # exposures are among what is selected, and stand elsewhere
            chosen = {node.unique_id for node in self._flattened_nodes}
            nodes = self.manifest.nodes.items()
            CURRENT.before = {name: deepcopy(node) for name, node in nodes if name in chosen or node.resource_type == NodeType.Operation}

    def write_manifest(*args: Any, **kwargs: Any) -> None:
        # what was read is written when it is read; what a run adds are the statements, which stand in files of their own
        if CURRENT.project is None:
            write(*args, **kwargs)

    requires.parse_manifest = parse_manifest
    Compiler.compile = compile_kept  # type: ignore[method-assign]
    NodeSelector.get_selected = get_selected  # type: ignore[method-assign]
    runnable.GraphRunnableTask._runtime_initialize = initialize  # type: ignore[method-assign]
    runnable.write_manifest = write_manifest
