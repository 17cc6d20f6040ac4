"""The sections of a career, what each is called, and how long it may be taken for true without a look."""

from collections.abc import Mapping
from typing import Any

from pgc_lib.i18n import N_, _

SECTIONS: Mapping[str, tuple[str, int]] = {
    "profile": (N_("Profile"), 180),
    "focus": (N_("What I am doing"), 30),
    "plans": (N_("What I plan"), 60),
    "achievements": (N_("Achievements"), 90),
    "work": (N_("Work"), 180),
    "projects": (N_("Selected projects"), 120),
    "education": (N_("Education"), 730),
    "volunteer": (N_("Volunteering"), 365),
    "skills": (N_("Skills"), 120),
    "interests": (N_("Interests"), 365),
    "values": (N_("Values"), 365),
    "references": (N_("What others say"), 365),
}
"""Each with its title and the days after which it is stale."""

CONTACTS = ("email", "phone", "address", "place", "url", "links", "photo")
"""What of the contacts a view may show: the place is city, region and country; the photo is a file or an address."""

RESUME = ("profile", "achievements", "work", "projects", "education", "volunteer", "skills")
"""What a résumé shows unless others are named: plans, values and what others say are more private."""

KINDS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "profile": ("anchor.profile", {}),
    "focus": ("anchor.focus", {}),
    "plans": ("anchor.plans", {}),
    "achievements": ("anchor.achievements", {}),
    "work": ("anchor.stations", {"sort": "work"}),
    "projects": ("anchor.projects", {}),
    "education": ("anchor.stations", {"sort": "education"}),
    "volunteer": ("anchor.stations", {"sort": "volunteer"}),
    "skills": ("anchor.strengths", {"sort": "skill"}),
    "interests": ("anchor.strengths", {"sort": "interest"}),
    "values": ("anchor.values", {}),
    "references": ("anchor.references", {}),
}
"""In which kind a section lies, and which of its records belong to it."""


def title_of(section: str) -> str:
    """A section's name for a person."""
    return _(SECTIONS[section][0])
