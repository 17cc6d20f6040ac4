"""The few sentences that must be said before the catalogues can be read, in English and in Chinese."""

import os

TEXTS: dict[str, tuple[str, str]] = {
    "begin": (
        "Preparing PGC in {venv}: this happens once and takes a few minutes.",
        "正在 {venv} 中准备 PGC：只需一次，要几分钟。",
    ),
    "change": ("The dependencies have changed: updating {venv}.", "依赖有变化：正在更新 {venv}。"),
    "more": (
        "This command needs more packages: adding them to {venv}.",
        "此命令需要更多软件包：正在加入 {venv}。",
    ),
    "resume": (
        "An earlier preparation was cut off: completing {venv}.",
        "上次准备被中断：正在补全 {venv}。",
    ),
    "again": (
        "{venv} was made at another place or with another Python: making it again.",
        "{venv} 是在别处或用另一个 Python 建立的：正在重建。",
    ),
    "own": (
        "Packages that you had added yourself: {names}. Add them again with .venv/bin/pip install.",
        "您自己装过的软件包：{names}。请用 .venv/bin/pip install 重新安装。",
    ),
    "wait": (
        "Another ./pgc is preparing the environment; waiting for it…",
        "另一个 ./pgc 正在准备环境，等待中……",
    ),
    "venv": ("Environment with Python {python}", "建立 Python {python} 环境"),
    "fetch": ("Downloading packages", "下载软件包"),
    "install": ("Installing packages", "安装软件包"),
    "self": ("PGC itself", "安装 PGC"),
    "retry": ("no answer, trying again", "没有应答，正在重试"),
    "stopped": (
        "Stopped. Nothing is broken: run the same command again to go on.",
        "已停止，没有损坏：再次运行同一命令即可继续。",
    ),
    "failed": ("PGC could not be prepared: {why}", "PGC 未能准备好：{why}"),
    "log": ("The whole record: {path}", "完整记录：{path}"),
    "windows": (
        "PGC runs on Linux, macOS and WSL. On Windows: `wsl --install`, then start it inside WSL.",
        "PGC 运行于 Linux、macOS 和 WSL。在 Windows 上请先执行 `wsl --install`，再在 WSL 中启动。",
    ),
    "python": (
        "PGC needs Python 3.11 to 3.14; this is {python}. Install one, or name one with PGC_PYTHON.",
        "PGC 需要 Python 3.11 到 3.14，而这是 {python}。请安装，或用 PGC_PYTHON 指定一个。",
    ),
    "incomplete": (
        "{path} is missing: this copy of PGC is incomplete.\n→ Get the whole project again.",
        "缺少 {path}：这份 PGC 不完整。\n→ 请重新获取整个项目。",
    ),
    "foreign": (
        "{venv} was not made by PGC, so it is left alone.\n→ Move it away, then try again.",
        "{venv} 不是 PGC 建立的，因此不会动它。\n→ 请把它移走，然后重试。",
    ),
    "disk": (
        "the disk is full.\n→ Make about 3 GB free (in the project's folder and in TMPDIR), then try again.",
        "磁盘已满。\n→ 请腾出约 3 GB 空间（项目所在文件夹和 TMPDIR），然后重试。",
    ),
    "certificate": (
        (
            "the package index shows a certificate that is not trusted.\n"
            "→ Behind a company's proxy, name its certificate with PIP_CERT, then try again."
        ),
        "软件包索引的证书不受信任。\n→ 若在公司代理之后，请用 PIP_CERT 指定其证书，然后重试。",
    ),
    "network": (
        (
            "the package index cannot be reached.\n"
            "→ Check the network (a proxy: HTTPS_PROXY; a mirror: PIP_INDEX_URL), then try again: "
            "what was downloaded is kept."
        ),
        (
            "无法连接软件包索引。\n→ 请检查网络（代理用 HTTPS_PROXY，镜像用 PIP_INDEX_URL），然后重试："
            "已下载的内容会保留。"
        ),
    ),
    "hash": (
        (
            "a package is not the one that was pinned, so it was refused.\n"
            "→ Try again; if it stays, your package index serves altered files: use another."
        ),
        (
            "某个软件包与锁定的不一致，已拒绝安装。\n"
            "→ 请重试；若仍如此，说明您的软件包索引提供了被改动的文件，请换一个。"
        ),
    ),
    "wheel": (
        (
            "your package index has no file of a pinned package for this system.\n"
            "→ Use Python 3.11 to 3.13 on Linux (x86-64, arm64) or macOS; a mirror may also lag behind: try another."
        ),
        (
            "软件包索引中没有适用于本系统的锁定版本。\n"
            "→ 请在 Linux（x86-64、arm64）或 macOS 上使用 Python 3.11 到 3.13；也可能是镜像滞后，请换一个。"
        ),
    ),
    "ensurepip": (
        (
            "this Python lacks the module that makes environments.\n"
            "→ Debian, Ubuntu, WSL: sudo apt install python{python}-venv; then try again."
        ),
        (
            "这个 Python 缺少建立环境的模块。\n"
            "→ Debian、Ubuntu、WSL：sudo apt install python{python}-venv，然后重试。"
        ),
    ),
    "denied": (
        "no right to write there.\n→ Give yourself the project's folder (chown), or copy it to a place of yours.",
        "没有写入权限。\n→ 请把项目文件夹的所有权给自己（chown），或复制到自己的位置。",
    ),
    "other": (
        "a step failed.\n→ Read the lines above, then try again; to start afresh, delete {venv}.",
        "某一步失败。\n→ 请看上面几行，然后重试；若要从头开始，请删除 {venv}。",
    ),
}

# The first mark found in the record of a failed step names its reason.
_REASONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("disk", ("No space left on device", "Errno 28", "Errno 122", "Disk quota exceeded")),
    (
        "ensurepip",
        ("ensurepip is not available", "No module named ensurepip", "No module named venv"),
    ),
    ("hash", ("DO NOT MATCH THE HASHES",)),
    ("certificate", ("CERTIFICATE_VERIFY_FAILED", "certificate verify failed")),
    (
        "network",
        (
            "Retrying (",
            "Max retries exceeded",
            "NewConnectionError",
            "Network is unreachable",
            "Temporary failure in name resolution",
            "Could not fetch URL",
            "ReadTimeoutError",
            "Read timed out",
            "IncompleteRead",
            "Connection broken",
            "ProxyError",
        ),
    ),
    ("denied", ("Permission denied", "Errno 13", "Read-only file system", "Errno 30")),
    ("wheel", ("No matching distribution found",)),
)


def say(name: str, **values: object) -> str:
    """A sentence in the person's language."""
    variables = ("PGC_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
    tags = (os.environ.get(variable, "") for variable in variables)
    tag = next((tag for tag in tags if tag not in ("", "C", "POSIX")), "en")
    return TEXTS[name][tag.lower().startswith("zh")].format(**values)


def reason_of(record: str) -> str:
    """The name of the sentence that explains a failed step."""
    for name, marks in _REASONS:
        if any(mark in record for mark in marks):
            return name
    return "other"
