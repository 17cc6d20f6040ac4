"""Cards that several pages show, or that are large enough for a file of their own."""
