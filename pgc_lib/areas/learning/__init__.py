"""Pieces of the area knowledge: topics, links, sources, cards and their review."""
