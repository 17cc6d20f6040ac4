"""The first thing that runs: makes `.venv` when it is missing or outdated, then becomes the command.

It runs under any supported Python with nothing installed, so it and `pgc_lib.cli.boot` import the standard
library alone. A later start finds the stamp in order and costs milliseconds.
"""

import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from pgc_lib.cli.boot.environment import Environment

_ROOT = Path(__file__).resolve().parents[2]


def main(arguments: list[str]) -> int:
    """Prepare what is missing, then become the command; only a failure comes back."""
    from pgc_lib.cli.boot.environment import NEWEST, OLDEST, Environment, Failure, Stopped
    from pgc_lib.cli.boot.progress import Progress, complain
    from pgc_lib.cli.boot.texts import reason_of, say

    if os.name == "nt":
        return complain(say("windows"))
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        return complain(say("python", python=sys.version.split()[0]))
    environment = Environment(_ROOT)
    verb = next((word for word in arguments if not word.startswith("-")), "")
    progress = Progress()
    try:
        stamp = environment.read_stamp()
        if not environment.is_ready(stamp, environment.level_for(verb, stamp)):
            for number in (signal.SIGINT, signal.SIGTERM):
                if signal.getsignal(number) is not signal.SIG_IGN:
                    signal.signal(number, environment.stop)
            environment.prepare(verb, progress)
            environment.go_on()
    except Stopped:
        progress.cut()
        complain(say("stopped"))
        return 130
    except Failure as failure:
        progress.cut()
        return complain(str(failure))
    except OSError as error:
        progress.cut()
        why = say(reason_of(str(error)), venv=environment.venv, python=environment.version)
        return complain(f"    {error}\n\n{say('failed', why=why)}")
    _hand_over(environment, arguments)


def _hand_over(environment: "Environment", arguments: list[str]) -> NoReturn:
    """Become the command, inside the environment, as if it had been activated."""
    variables = dict(os.environ)
    for name in ("PYTHONHOME", "__PYVENV_LAUNCHER__"):
        variables.pop(name, None)
    variables["VIRTUAL_ENV"] = str(environment.venv)
    path = variables.get("PATH", os.defpath)
    variables["PATH"] = f"{environment.python.parent}{os.pathsep}{path}"
    # -P: a file of the person's own in the present folder must not stand in for a module of ours.
    command = [str(environment.python), "-P", "-m", "pgc_lib.cli", *arguments]
    os.execve(command[0], command, variables)


if __name__ == "__main__":
    sys.path.insert(0, str(_ROOT))
    sys.exit(main(sys.argv[1:]))
