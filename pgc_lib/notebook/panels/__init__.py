"""The dashboards: pages of cards, each a question to the lab.

`page.py` is what all have in common, `every.py` which there are, `pages/` how each is made up, `card.py` what a card is,
`cards/` those that several pages show. Everything is a `Part` (`notebook/live`), so a page is plain HTML at first and lives
once the browser has its program.
"""
