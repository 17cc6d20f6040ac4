"""What a kind of record is called by people, and which area it belongs to."""

from pgc_lib.i18n import N_, _

AREAS = {
    "finance": N_("Money"), "todos": N_("To-dos"), "skills": N_("Skills"), "family": N_("Family"),
    "knowledge": N_("Knowledge"), "docs": N_("Documents"), "hobbies": N_("Hobbies"), "goals": N_("Goals"),
    "wellbeing": N_("Wellbeing"), "anchor": N_("Career"), "methods": N_("Methods"), "reports": N_("Reports"),
    "kinds": N_("Own kinds"), "graph": N_("Connections"), "tag": N_("Tags"), "reminders": N_("Reminders"),
    "ai": N_("Models"), "help": N_("Own help texts"), "imports": N_("Imports"), "insights": N_("Insights put aside"),
    "schedules": N_("Schedules"), "suggestions": N_("Suggestions"), "vectors": N_("Vector collections"),
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
    "ai.calls": N_("Calls to models"), "ai.models": N_("Models"), "anchor.confirmations": N_("Confirmed sections"),
    "anchor.links": N_("Links given out"), "anchor.profile": N_("Profile"), "anchor.references": N_("References"),
    "anchor.views": N_("Views for others"), "docs.drafts": N_("Drafts"), "docs.notebooks": N_("Notebooks"),
    "docs.trash": N_("Trash"), "family.care_done": N_("Care that was done"), "finance.rates": N_("Exchange rates"),
    "help.own": N_("Own help texts"), "hobbies.checkins": N_("Days of an experiment"), "hobbies.places": N_("Places"),
    "imports.failing": N_("Rows to repair"), "imports.importers": N_("Own importers"),
    "imports.layouts": N_("Table layouts"), "imports.numbers": N_("Merchants' numbers"),
    "imports.pairs": N_("Payments told twice"), "imports.runs": N_("Imports"),
    "insights.capacity": N_("Hours a week"), "insights.dismissals": N_("Insights put aside"),
    "kinds.definitions": N_("Own kinds"), "knowledge.links": N_("Links between entries"),
    "knowledge.plans": N_("Review plans"), "knowledge.reviews": N_("Answers"),
    "methods.eisenhower": N_("Eisenhower matrix"), "methods.grow": N_("GROW conversations"), "methods.okr": "OKR",
    "methods.pdca": N_("PDCA rounds"), "methods.raci": N_("RACI charts"), "methods.smart": N_("SMART goals"),
    "methods.swot": N_("SWOT analyses"), "methods.thoughts": N_("Thought records"), "methods.whys": N_("5 whys"),
    "methods.woop": "WOOP", "reminders.deliveries": N_("Notices on their way"),
    "reminders.notices": N_("Notices"), "reminders.preferences": N_("How I am reminded"),
    "reports.permissions": N_("What reports may tell"), "reports.runs": N_("Report runs"),
    "schedules.items": N_("Schedules"), "skills.links": N_("Skills needed first"),
    "skills.requirements": N_("Requirements of roles"), "suggestions.checks": N_("Looks back"),
    "suggestions.items": N_("Suggestions"), "suggestions.manners": N_("Rules for suggestions"),
    "todos.blocks": N_("Time set aside"), "todos.mirrors": N_("To-dos in texts"),
    "todos.needs": N_("What waits for what"), "vectors.collections": N_("Vector collections"),
    "wellbeing.adherence": N_("Days of an experiment"), "wellbeing.answers": N_("Questionnaires"),
    "wellbeing.checkins": N_("Habit check-ins"),
}  # fmt: skip


def kind_title(kind: str) -> str:
    """A kind by the word that people use for it; one's own kinds by their own name."""
    if kind in KINDS:
        return _(KINDS[kind])
    return kind.partition(".")[2].replace("_", " ").replace(".", " ") or kind


def area_title(area: str) -> str:
    """An area by the word that people use for it."""
    return _(AREAS[area]) if area in AREAS else area
