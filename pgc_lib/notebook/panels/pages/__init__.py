"""The pages, a module each: its cards and how they are arranged."""
