"""What a person sees of records and areas and acts upon: each a `Part`, found by `pgc_lib.core.faces`."""
