"""The graph as a file for other programs: GraphML, or JSON-LD with names from schema.org."""

import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from pgc_lib.errors import Invalid, Problem
from pgc_lib.graph.deriving import TAG
from pgc_lib.graph.seen import Node, Tie
from pgc_lib.i18n import _

_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_CONTEXT: dict[str, Any] = {
    "@vocab": "urn:pgc:",
    "name": "https://schema.org/name",
    "keywords": "https://schema.org/keywords",
    "ties": {"@id": "urn:pgc:ties", "@container": "@set"},
    "to": {"@id": "urn:pgc:to", "@type": "@id"},
}


def export(path: Path, nodes: Iterable[Node], ties: Sequence[Tie]) -> Path:
    """Write the graph by the file's ending: .graphml, or .jsonld."""
    everything = {node.pointer: node for node in nodes}
    for tie in ties:
        for node in (tie.one, tie.other):
            everything.setdefault(node.pointer, node)
    match path.suffix.lower():
        case ".graphml":
            _graphml(path, everything, ties)
        case ".jsonld" | ".json":
            _json_ld(path, everything, ties)
        case ending:
            raise Invalid(
                _("The graph cannot be written as “{ending}”.", ending=ending),
                [Problem("path", _("the endings are .graphml and .jsonld"), path.name)],
                next_step=_("Name the file with one of these endings."),
            )
    return path


def _graphml(path: Path, nodes: dict[str, Node], ties: Sequence[Tie]) -> None:
    import networkx as nx

    made: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for pointer, node in nodes.items():
        made.add_node(_plain(pointer), title=_plain(node.title), kind=node.kind)
    for tie in ties:
        made.add_edge(
            _plain(tie.one.pointer),
            _plain(tie.other.pointer),
            relation=_plain(tie.relation),
            how=tie.how,
            confidence=1.0 if tie.confidence is None else tie.confidence,
            source=_plain(tie.source),
        )
    nx.write_graphml_xml(made, path)


def _json_ld(path: Path, nodes: dict[str, Node], ties: Sequence[Tie]) -> None:
    out: dict[str, list[dict[str, Any]]] = {}
    for tie in ties:
        said: dict[str, Any] = {
            "relation": tie.relation,
            "to": _iri(tie.other.pointer),
            "how": tie.how,
        }
        if tie.confidence is not None:
            said |= {"confidence": tie.confidence, "source": tie.source}
        out.setdefault(tie.one.pointer, []).append(said)
    graph = [
        {"@id": _iri(pointer), "@type": node.kind, "name": node.title, "ties": out.get(pointer, [])}
        for pointer, node in nodes.items()
    ]
    document = {"@context": _CONTEXT, "@graph": graph}
    path.write_text(json.dumps(document, ensure_ascii=False, indent=1), encoding="utf-8")


def _iri(pointer: str) -> str:
    from urllib.parse import quote

    if pointer.startswith(TAG):
        return f"urn:pgc:tag:{quote(pointer.removeprefix(TAG), safe='')}"
    return f"urn:pgc:{pointer.replace('/', ':')}"


def _plain(text: str) -> str:
    """Without what XML cannot hold."""
    return _NOT_IN_XML.sub("\ufffd", text)
