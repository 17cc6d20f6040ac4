"""The pieces of `lab.docs`."""
