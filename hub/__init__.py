"""The lab for many: JupyterHub with a server for each person, and the services beside it."""
