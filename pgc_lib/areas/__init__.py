"""A person's life, one file an area.

`AREAS` names them without importing them; `lab.finance` imports finance when it is first asked for.
Other packages add theirs through the entry point group `pgc.areas`.
"""

from collections.abc import Mapping

AREAS: Mapping[str, str] = {
    "todos": "pgc_lib.areas.todos:Todos",
    "finance": "pgc_lib.areas.finance:Finance",
    "reports": "pgc_lib.areas.reports:Reports",
    "ai": "pgc_lib.ai.models:Models",
    "schedules": "pgc_lib.automation.schedules:Schedules",
    "family": "pgc_lib.areas.family:Family",
    "kinds": "pgc_lib.areas.kinds:Kinds",
}
