"""The pieces of reminders: what is due when, where reminders come from, and how they are carried."""
