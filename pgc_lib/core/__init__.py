"""What every area shares: records, collections, people and their rights, history, events."""
