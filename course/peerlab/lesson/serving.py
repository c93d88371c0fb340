"""Opens a lesson as a learner sees it: one quiet page of Jupyter, with activities that start by themselves."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from peerlab.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

_HERE = Path(__file__).parent
_EXTENSION = "peerlab-lesson"
_ENDING_SECONDS = 20


def jupyter_paths(into: Path) -> dict[str, str]:
    """Lay the lesson extension and the quiet screen's settings into *into*; return what a server needs to find them.

    The answer also keeps a learner's own Jupyter settings and any `peerlab.py` beside the notebook out of the way.
    """
    data, config = into / "share" / "jupyter", into / "etc" / "jupyter"
    shutil.copytree(_HERE / "labextension", data / "labextensions" / _EXTENSION, dirs_exist_ok=True)
    (config / "labconfig").mkdir(parents=True, exist_ok=True)
    shutil.copy(_HERE / "jupyter" / "overrides.json", config / "labconfig" / "default_setting_overrides.json")
    shutil.copy(_HERE / "jupyter" / "page_config.json", config / "labconfig" / "page_config.json")
    return {
        "JUPYTER_PATH": _with(data, "JUPYTER_PATH"),
        "JUPYTER_CONFIG_PATH": _with(config, "JUPYTER_CONFIG_PATH"),
        "JUPYTERLAB_SETTINGS_DIR": str(into / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(into / "workspaces"),
        # Without it the notebook's folder comes first on the kernel's path, and a file there could stand in for us.
        "PYTHONSAFEPATH": "1",
    }


def _with(folder: Path, variable: str) -> str:
    return os.pathsep.join(filter(None, (str(folder), os.environ.get(variable, ""))))


def serve(folder: Path, notebook: str, *, port: int, open_browser: bool) -> int:
    """Open *notebook* of *folder* in Notebook 7 and wait until it is stopped; return Jupyter's exit code."""
    if not (folder / notebook).is_file():
        raise InputError(str(folder / notebook), "there is no such notebook.", "Name one that is there.")
    with tempfile.TemporaryDirectory(prefix="peerlab-learn-") as into:
        environment = {**os.environ, **jupyter_paths(Path(into))}
        return _wait(subprocess.Popen(command(folder, notebook, port, open_browser=open_browser), env=environment))


def command(folder: Path, notebook: str, port: int, *, open_browser: bool) -> list[str]:
    """Return the command that serves *folder* and opens at *notebook*."""
    settings: Mapping[str, object] = {
        "ServerApp.root_dir": folder.resolve(),
        "ServerApp.ip": "127.0.0.1",
        "ServerApp.port": port,
        "ServerApp.open_browser": open_browser,
        "JupyterNotebookApp.default_url": f"/notebooks/{quote(notebook)}",
    }
    options = [f"--{name}={value}" for name, value in settings.items()]
    # Jupyter refuses to run as root unless told; a container has no other user.
    as_root = ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    return [sys.executable, "-m", "notebook", *options, *as_root]


def _wait(server: subprocess.Popen[bytes]) -> int:
    """Wait for *server*; a person who presses Ctrl+C has asked for the end, so that is no failure."""
    try:
        return server.wait()
    except KeyboardInterrupt:
        server.terminate()  # Jupyter met the same Ctrl+C, and asks "are you sure?" until it is told
        with suppress(subprocess.TimeoutExpired):
            server.wait(_ENDING_SECONDS)
        server.kill()
        return 0
