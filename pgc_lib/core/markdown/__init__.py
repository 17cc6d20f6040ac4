"""Markdown that people write: what it says (`reading.py`), changed in places (`rewriting.py`), and as safe HTML (`rendering.py`).

The text itself is always kept as it was written; nothing here ever writes Markdown anew from a tree.
"""
