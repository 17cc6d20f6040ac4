"""A person's life, one file an area.

`AREAS` names them without importing them; `lab.finance` imports finance when it is first asked for.
Other packages add theirs through the entry point group `pgc.areas`.
"""

from collections.abc import Mapping

AREAS: Mapping[str, str] = {
    "todos": "pgc_lib.areas.todos:Todos",
    "finance": "pgc_lib.areas.finance:Finance",
    "reports": "pgc_lib.areas.reports:Reports",
    "suggestions": "pgc_lib.areas.suggestions:Suggestions",
    "ai": "pgc_lib.ai.models:Models",
    "schedules": "pgc_lib.automation.schedules:Schedules",
    "skills": "pgc_lib.areas.skills:Skills",
    "family": "pgc_lib.areas.family:Family",
    "goals": "pgc_lib.areas.goals:Goals",
    "imports": "pgc_lib.exchange.records:Imports",
    "hobbies": "pgc_lib.areas.hobbies:Hobbies",
    "kinds": "pgc_lib.areas.kinds:Kinds",
}
