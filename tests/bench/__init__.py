"""How fast PGC is, each figure against a named peer in the same run; `./pgc bench` prints them.

One file a topic; importing this package registers every figure.
"""

from tests.bench import (
    bulk,
    containers,
    dashboards,
    docs,
    facts,
    family,
    frames,
    gateway,
    graph,
    harvest,
    imports,
    money,
    reports,
    rights,
    scene,
    search,
    start,
    todos,
    vectors,
    widgets,
)

__all__ = [
    "bulk",
    "containers",
    "dashboards",
    "docs",
    "facts",
    "family",
    "frames",
    "gateway",
    "graph",
    "harvest",
    "imports",
    "money",
    "reports",
    "rights",
    "scene",
    "search",
    "start",
    "todos",
    "vectors",
    "widgets",
]
