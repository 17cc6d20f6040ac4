"""The model gateway: one door to every language model, which holds the providers' keys so that no person does."""
