"""A real S3 server for tests: rclone over a temporary folder."""

import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

_START_SECONDS = 30
_UNFINISHED = ".rclone_temp_multipart_"


@dataclass
class S3:
    """A running server with one bucket, the folder `bucket` of `folder`."""

    process: "subprocess.Popen[bytes]"
    port: int
    folder: Path
    key: str
    secret: str

    def url(self, prefix: str, *, bucket: str = "bucket", secret: str = "") -> str:
        """The address of a prefix in a bucket."""
        user = f"{self.key}:{secret or self.secret}"
        return f"s3://{user}@{bucket}/{prefix}?endpoint=http://127.0.0.1:{self.port}&region=test"

    def files(self, prefix: str) -> list[Path]:
        """The objects under a prefix."""
        return [path for path in self._all(prefix) if not path.name.startswith(_UNFINISHED)]

    def unfinished(self, prefix: str) -> list[Path]:
        """The uploads under a prefix that were neither completed nor given up; no client sees them."""
        return [path for path in self._all(prefix) if path.name.startswith(_UNFINISHED)]

    def _all(self, prefix: str) -> list[Path]:
        folder = self.folder / "bucket" / prefix
        return sorted(path for path in folder.rglob("*") if path.is_file())

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


@pytest.fixture(scope="session")
def s3() -> Iterator[S3]:
    """The run's S3 server."""
    server = start_s3()
    yield server
    server.stop()


def start_s3() -> S3:
    """A new server with one pair of keys."""
    folder = Path(tempfile.mkdtemp(prefix="pgc-s3-"))
    (folder / "bucket").mkdir()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    key, secret = "test-key", secrets.token_urlsafe(16)
    log = folder.parent / f"{folder.name}.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [
                *(Path(sys.executable).parent / "rclone", "serve", "s3", str(folder)),
                *("--addr", f"127.0.0.1:{port}", "--config", "/dev/null"),
            ],
            env={**os.environ, "RCLONE_AUTH_KEY": f'"{key},{secret}"'},
            stdout=out,
            stderr=out,
        )
    deadline = time.monotonic() + _START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
        except OSError:
            time.sleep(0.02)
            continue
        log.unlink()
        return S3(process, port, folder, key, secret)
    process.kill()
    raise RuntimeError(log.read_text())
