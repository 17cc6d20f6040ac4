"""Markdown cells of notebooks as documents: read, known again, kept, and written back where the lab changed them.

A document a cell, not a document a notebook: a search hit, a link and a to-do then open the very cell, and a version is
what was changed in one thought. The first cell with words in it bears the notebook's name, so `[[name]]` leads to the
notebook; the others lie in a folder of that name.

Nothing is written into a notebook to know it again. Cells have identifiers of their own (nbformat 4.5), so a notebook is
known by its path and, where that is gone, by its cells (`identity.py`): a copy has other documents than the original,
because the original is still there.

The file is the truth. A document remembers the text that its cell had last (`imported`): where only the document differs
from it, the lab was changed and the cell is to follow; where both do, they are merged (`keeping.py`). The cell of a
notebook that may be open in Lab is never changed on disk; see `extension/notes.py`.
"""
