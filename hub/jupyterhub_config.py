"""What `jupyterhub --config` reads; everything is in PGC's settings and in `hub/configuration.py`."""

from hub.configuration import configure

configure(c)  # type: ignore[name-defined] # noqa: F821 (JupyterHub provides it)
