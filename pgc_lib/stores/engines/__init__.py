"""The parts behind `pgc_lib.stores.embedded`: real engines from wheels, run for one person."""
