"""What makes `.venv` before anything is installed: the standard library and these modules alone."""
