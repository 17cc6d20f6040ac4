"""Kernels that have begun before somebody asks: a page's kernel is a process that has imported everything already.

Measured on two quiet cores, of the 1.6 seconds until a page's text was there: a Python with ipykernel 0.4, our modules and
their drivers 0.35, the first question to every library (late imports, compiled statements) 0.3, compiling Voilà's
templates 0.2, listening for silence 0.2, asking alone 0.15.
So `waiting.py` does all but the last beforehand and waits for its order; `pool.py` keeps so many of them; `kernels.py`
is the manager of a server's kernels, which hands them to pages, ends pages that nobody looks at and keeps to a limit.

A process is used once and by one page, so nothing of one page is ever in another. Processes are started anew and never
forked: libraries with threads of their own (polars, Arrow, ZeroMQ) do not survive that. Voilà's own pool was left out:
it executes the whole notebook beforehand, so a page shows what was true when the pool was filled.
"""

MANAGER = "pgc_lib.notebook.warm.kernels.Kernels"
BY_ITSELF = (f"--VoilaConfiguration.multi_kernel_manager_class={MANAGER}", "--Kernels.alone=True")
"""For a server of nothing but dashboards."""
BESIDE_NOTEBOOKS = (f"--ServerApp.kernel_manager_class={MANAGER}",)
"""For a server that also has notebooks, whose own kernels stay as they are."""
