"""`python -m pgc_lib.cli`, which is what `./pgc` becomes."""

from pgc_lib.cli import main

main()
