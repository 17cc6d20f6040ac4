"""What a report on a period is made of: the period, facts with their rows, a draft, and what a sentence rests on."""
