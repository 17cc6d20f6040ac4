"""What the queue of suggestions is made of: the record, how one is made, and how it is decided."""
