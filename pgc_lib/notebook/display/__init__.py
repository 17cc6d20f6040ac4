"""How records, collections, listings and frames look in a notebook and in a terminal."""

from pgc_lib.notebook.display.formatters import register

__all__ = ["register"]
