"""What happens inside Jupyter."""
