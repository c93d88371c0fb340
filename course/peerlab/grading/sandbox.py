"""The wall around a learner's notebook while it is marked: a kernel in bubblewrap that sees its own job only.

No network, no gradebook, no other learner, no course source: only the environment, the lesson's activities and data,
and the job folder. `python -m peerlab.grading.sandbox CONNECTION_FILE` is what a kernel specification starts.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from traitlets.config import Config

from peerlab.places import PACKAGE, course

if TYPE_CHECKING:
    from collections.abc import Iterator


MEMORY = 3 << 30  # bytes of address space
CPU_SECONDS = 120
FILE_SIZE = 50 << 20  # bytes in one file
OPEN_FILES = 256
NOBODY = "65534"


def missing() -> str:
    """Return why the sandbox cannot be used on this machine, or nothing when it can."""
    if shutil.which("bwrap") is None:
        return "bubblewrap is not installed (Debian: apt install bubblewrap)"
    tried = subprocess.run(
        ["bwrap", "--unshare-all", "--ro-bind", "/", "/", "/bin/true"], capture_output=True, check=False, text=True
    )
    return "" if tried.returncode == 0 else f"bubblewrap cannot make a sandbox here ({tried.stderr.strip()})"


@contextmanager
def sandboxed(*, wanted: bool = True) -> Iterator[Config]:
    """Lay out a kernel that starts inside the sandbox, and give nbgrader's settings that use it.

    The sockets lie in a private folder with a short name: their paths may be no longer than about 100 characters.
    """
    config = Config()
    with tempfile.TemporaryDirectory(prefix="pl-") as folder:
        private = Path(folder)
        config.KernelManager.transport = "ipc"
        config.KernelManager.ip = str(private / "k")
        config.KernelManager.connection_file = str(private / "k.json")
        before = {name: os.environ.get(name) for name in ("JUPYTER_PATH", "IPYTHONDIR")}
        os.environ["IPYTHONDIR"] = str(private / "ipython")
        if wanted:
            _kernel_specification(private / "kernels" / "python3")
            os.environ["JUPYTER_PATH"] = str(private)
        try:
            yield config
        finally:
            for name, value in before.items():
                if value is None:
                    os.environ.pop(name, None)
                else:
                    os.environ[name] = value


def _kernel_specification(folder: Path) -> None:
    folder.mkdir(parents=True)
    argv = [sys.executable, "-m", "peerlab.grading.sandbox", "{connection_file}"]
    spec = {"argv": argv, "display_name": "Python 3 (ipykernel)", "language": "python"}
    (folder / "kernel.json").write_text(json.dumps(spec), "utf-8")


def command(connection_file: Path, job: Path) -> list[str]:
    """Return the command that runs a kernel for *job* behind the wall."""
    private = connection_file.parent
    return [
        *("bwrap", "--unshare-all", "--unshare-user", "--disable-userns", "--die-with-parent", "--new-session"),
        *("--clearenv", "--uid", NOBODY, "--gid", NOBODY, "--hostname", "marking", "--cap-drop", "ALL"),
        *_system(),
        *_environment(),
        *("--bind", str(private), str(private), "--bind", str(job), str(job)),
        *("--remount-ro", "/", "--chdir", str(job)),
        *_variables(),
        *(sys.executable, "-m", "ipykernel_launcher", "-f", str(connection_file), "--HistoryManager.enabled=False"),
    ]


def _system() -> list[str]:
    links = [("usr/lib", "/lib"), ("usr/lib64", "/lib64"), ("usr/bin", "/bin"), ("usr/sbin", "/sbin")]
    words = ["--ro-bind", "/usr", "/usr"]
    for target, link in links:
        words += ["--symlink", target, link]
    for path in ("/etc/ld.so.cache", "/etc/localtime", "/etc/fonts"):
        words += ["--ro-bind-try", path, path]
    return [*words, "--proc", "/proc", "--dev", "/dev", "--tmpfs", tempfile.gettempdir(), "--tmpfs", "/home"]


def _environment() -> list[str]:
    """Bind what a lesson imports and reads, and not the rest of a checkout: that holds the keys and exemplars."""
    here = course()
    paths = [Path(sys.base_prefix), Path(sys.prefix), Path(sysconfig.get_path("purelib")), PACKAGE]
    paths += [here.qualification, here.activities, here.datasets]
    words: list[str] = []
    for path in dict.fromkeys(path.resolve() for path in paths):
        if path.is_relative_to("/usr"):
            continue
        words += ["--ro-bind-try", str(path), str(path)]
    return words


def _variables() -> list[str]:
    scratch = tempfile.gettempdir()
    values = {
        "HOME": "/home",
        "PATH": f"{Path(sys.executable).parent}:/usr/bin",
        "LANG": "C.UTF-8",
        "NBGRADER_EXECUTION": os.environ.get("NBGRADER_EXECUTION", "autograde"),
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "MPLCONFIGDIR": f"{scratch}/matplotlib",
        "IPYTHONDIR": f"{scratch}/ipython",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONSAFEPATH": "1",
    }
    for kept in ("OPENBLAS_CORETYPE", "PEERLAB_COURSE"):
        if os.environ.get(kept):
            values[kept] = os.environ[kept]
    return [word for name, value in values.items() for word in ("--setenv", name, value)]


def main() -> None:
    """Become the sandboxed kernel of the job in the current folder."""
    for limit, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, FILE_SIZE),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (most, most))
    words = command(Path(sys.argv[1]), Path.cwd())
    os.execvp(words[0], words)  # noqa: S606 - the kernel takes this process's place


if __name__ == "__main__":
    main()
