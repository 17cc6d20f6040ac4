"""The tests of PGC, laid out like the code they protect."""
