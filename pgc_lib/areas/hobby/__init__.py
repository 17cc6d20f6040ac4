"""The pure pieces behind `lab.hobbies`: records, the catalogue, likeness, trials, plans."""
