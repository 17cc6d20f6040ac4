"""The knowledge graph: `lab.graph`."""

from pgc_lib.graph.area import Graph
from pgc_lib.graph.records import Edge
from pgc_lib.graph.seen import Central, Community, Match, Neighbourhood, Node, Path, Tie

__all__ = ["Central", "Community", "Edge", "Graph", "Match", "Neighbourhood", "Node", "Path", "Tie"]
