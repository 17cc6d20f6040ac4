"""What a kind of record is called by people, and which area it belongs to."""

from pgc_lib.i18n import N_, _

AREAS = {
    "finance": N_("Money"), "todos": N_("To-dos"), "skills": N_("Skills"), "family": N_("Family"),
    "knowledge": N_("Knowledge"), "docs": N_("Documents"), "hobbies": N_("Hobbies"), "goals": N_("Goals"),
    "wellbeing": N_("Wellbeing"), "anchor": N_("Career"), "methods": N_("Methods"), "reports": N_("Reports"),
    "kinds": N_("Own kinds"), "graph": N_("Connections"), "tag": N_("Tags"), "reminders": N_("Reminders"),
}  # fmt: skip
KINDS = {
    "finance.transactions": N_("Payments"), "finance.accounts": N_("Accounts"), "finance.budgets": N_("Budgets"),
    "finance.goals": N_("Savings goals"), "finance.loans": N_("Loans"), "finance.recurring": N_("Regular payments"),
    "finance.rules": N_("Category rules"), "todos.items": N_("To-dos"), "todos.projects": N_("Projects"),
    "todos.work": N_("Time spent"), "skills.items": N_("Skills"), "skills.practice": N_("Practice"),
    "skills.evidence": N_("Evidence"), "skills.assessments": N_("Assessments"), "skills.roles": N_("Roles"),
    "family.members": N_("Family members"), "family.contacts": N_("Time together"), "family.gifts": N_("Gifts"),
    "family.occasions": N_("Occasions"), "family.care": N_("Care"), "family.papers": N_("Papers"),
    "family.relations": N_("Family ties"), "knowledge.entries": N_("Knowledge"), "knowledge.topics": N_("Topics"),
    "knowledge.cards": N_("Flashcards"), "docs.items": N_("Documents"), "docs.files": N_("Files"),
    "docs.folders": N_("Folders"), "hobbies.interests": N_("Interests"), "hobbies.activities": N_("Hobby time"),
    "hobbies.gear": N_("Gear"), "hobbies.plans": N_("Hobby plans"), "hobbies.trials": N_("Hobby experiments"),
    "goals.items": N_("Family goals"), "goals.contributions": N_("Contributions to goals"), "wellbeing.moods": N_("Mood"), "wellbeing.sleep": N_("Sleep"),
    "wellbeing.exercise": N_("Exercise"), "wellbeing.habits": N_("Habits"), "wellbeing.experiments": N_("Experiments"),
    "anchor.achievements": N_("Achievements"), "anchor.projects": N_("Work projects"), "anchor.plans": N_("Plans"),
    "anchor.milestones": N_("Milestones"), "anchor.stations": N_("Stations of my career"), "anchor.focus": N_("Focus"),
    "anchor.strengths": N_("Strengths"), "anchor.values": N_("Values"), "methods.decisions": N_("Decisions"),
    "methods.retrospectives": N_("Retrospectives"), "reports.written": N_("Reports"), "graph.edges": N_("Connections"),
    "tag": N_("Tags"), "reminders.items": N_("Reminders"),
}  # fmt: skip


def kind_title(kind: str) -> str:
    """A kind by the word that people use for it; one's own kinds by their own name."""
    if kind in KINDS:
        return _(KINDS[kind])
    return kind.partition(".")[2].replace("_", " ").replace(".", " ") or kind


def area_title(area: str) -> str:
    """An area by the word that people use for it."""
    return _(AREAS[area]) if area in AREAS else area
