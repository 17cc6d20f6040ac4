"""How bytes are kept: engines, drivers and their contracts. Nothing here knows an area of life."""
