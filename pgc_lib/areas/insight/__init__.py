"""The pieces of insights: the rules, what they ask, and what a person does not want to hear again."""
