"""Lines that a person types into a notebook: read strictly, kept with what was understood and a way back."""
