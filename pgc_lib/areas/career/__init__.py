"""The pieces of the career anchor: what is kept, how it is told, and who may see which part of it."""
