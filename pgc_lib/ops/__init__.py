"""The care of a lab: is everything well, and what to do when it is not."""
