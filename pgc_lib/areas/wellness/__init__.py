"""The pieces of wellbeing: records, instruments, habits, nights, measures and their statistics."""
