"""The pieces of to-dos: records, the short syntax, recurrence, ties, views and work, each a file."""
