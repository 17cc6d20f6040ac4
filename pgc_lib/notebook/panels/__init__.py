"""The parts of dashboards: facts from the lab, the HTML that says them, and the link by which a page is worked with.

A dashboard's text is plain HTML of our own, so that it is there before any widget is, reads well aloud and works by
keyboard and thumb. Deeds travel through `link.py`; only the scene is a widget with a canvas.
"""
