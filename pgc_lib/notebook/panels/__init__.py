"""The parts of dashboards: each panel computes its numbers from the lab and shows them as a widget."""
