"""Pieces of the area methods: their records, guides in both languages, notebooks, and what is computed."""
