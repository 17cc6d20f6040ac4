"""The pieces of Money: records, the ledger and its reports, each by itself; `areas/finance.py` is their face."""
