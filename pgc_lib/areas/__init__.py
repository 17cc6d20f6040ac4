"""A person's life, one file an area.

`AREAS` names them without importing them; `lab.finance` imports finance when it is first asked for.
Other packages add theirs through the entry point group `pgc.areas`.
"""

from collections.abc import Mapping

from pgc_lib.core import places

AREAS: Mapping[str, str] = {
    "todos": "pgc_lib.areas.todos:Todos",
    "reminders": "pgc_lib.areas.reminders:Reminders",
    "finance": "pgc_lib.areas.finance:Finance",
    "reports": "pgc_lib.areas.reports:Reports",
    "suggestions": "pgc_lib.areas.suggestions:Suggestions",
    "ai": "pgc_lib.ai.models:Models",
    "schedules": "pgc_lib.automation.schedules:Schedules",
    "skills": "pgc_lib.areas.skills:Skills",
    "family": "pgc_lib.areas.family:Family",
    "goals": "pgc_lib.areas.goals:Goals",
    "help": "pgc_lib.areas.help:Help",
    "imports": "pgc_lib.exchange.records:Imports",
    "hobbies": "pgc_lib.areas.hobbies:Hobbies",
    "docs": "pgc_lib.areas.docs:Docs",
    "kinds": "pgc_lib.areas.kinds:Kinds",
    "wellbeing": "pgc_lib.areas.wellbeing:Wellbeing",
    "anchor": "pgc_lib.areas.anchor:Anchor",
    "insights": "pgc_lib.areas.insights:Insights",
    "vectors": "pgc_lib.search.vectors:Vectors",
    "graph": "pgc_lib.graph:Graph",
    "knowledge": "pgc_lib.areas.knowledge:Knowledge",
    "methods": "pgc_lib.areas.methods:Methods",
}

places.tell(AREAS)
