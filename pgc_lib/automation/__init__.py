"""Work that runs without a person watching: reports, schedules, and what became of them."""
