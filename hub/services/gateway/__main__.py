"""`python -m hub.services.gateway`: run the model gateway until it is told to stop."""

import asyncio
import sys

from hub.services.gateway.serving import serve
from pgc_lib.errors import PgcError
from pgc_lib.settings import settings


def main() -> int:
    """The exit status: 0 after a stop, 1 when it cannot start."""
    try:
        asyncio.run(serve(settings()))
    except PgcError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
