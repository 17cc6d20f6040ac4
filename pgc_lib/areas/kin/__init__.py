"""Kinship: how any two people of a family are related, and what that is called in Chinese and English."""
