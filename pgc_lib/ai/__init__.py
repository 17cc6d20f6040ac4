"""Language models: which ones there are, how they are spoken to, and the agent that answers about one's data."""
