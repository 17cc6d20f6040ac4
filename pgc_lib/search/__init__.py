"""Search: one index over every searchable field of every area, by words, by meaning, or by both.

`searching.py` is the face (`lab.search`); `gathering.py` says what of a record is searched, `lexemes.py` and `query.py` turn
texts and questions into what PostgreSQL compares, `indexing.py` and `embedding.py` keep the index up to date.
"""
