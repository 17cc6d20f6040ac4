"""Where the notebooks that come with PGC are."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
REPORTS = ROOT / "scheduled"
DASHBOARDS = ROOT / "dashboards"
NOTEBOOKS = ROOT / "notebooks"


def own_reports(workspace: Path) -> Path:
    """A person's own reports, which win over those of the same name."""
    return workspace / "scheduled"
