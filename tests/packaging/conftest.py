"""Wheels of the members, and fresh environments to install them in."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MEMBERS = {
    "sdk": ROOT / "sdk",
    "core": ROOT / "core",
    "genesys": ROOT / "plugins" / "genesys",
    "teams": ROOT / "plugins" / "teams",
    "hello": ROOT / "examples" / "hello-adapter",
}


def run(*command: str | Path, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run a program outside the checkout; what it said is in the failure."""
    # A user's own site-packages or PYTHONPATH would hide what an environment lacks.
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    words = [str(word) for word in command]
    done = subprocess.run(
        words, cwd="/", env=environ, capture_output=True, text=True, timeout=300, check=False
    )
    if check and done.returncode:
        pytest.fail(f"{' '.join(words)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done


def uv(*arguments: str | Path, check: bool = True) -> subprocess.CompletedProcess[str]:
    return run(sys.executable, "-m", "uv", *arguments, check=check)


@dataclass(frozen=True)
class Environment:
    """A fresh environment; `log` is what the installer said."""

    folder: Path
    log: str

    def program(self, name: str) -> Path:
        return self.folder / ("Scripts" if os.name == "nt" else "bin") / name

    def python(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        return run(self.program("python"), *arguments, check=check)

    def installed(self) -> dict[str, str]:
        listing = uv("pip", "freeze", "--python", self.folder).stdout
        pairs = (line.replace(" @ ", "==").partition("==") for line in listing.splitlines())
        return {name.lower().replace("_", "-"): version for name, _, version in pairs}


@pytest.fixture(scope="session")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """One wheel of each member, built with the hatchling that is installed here."""
    built = {}
    for name, folder in MEMBERS.items():
        out = tmp_path_factory.mktemp(name)
        uv("build", "--wheel", "--no-build-isolation", "--python", sys.executable, "--out-dir", out, folder)
        (built[name],) = out.glob("*.whl")
    return built


@pytest.fixture(scope="session")
def environment(
    wheels: Mapping[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Environment]:
    """Makes an environment with some members, named with + between them, such as "sdk[testing]+hello"."""
    made: dict[str, Environment] = {}

    def make(members: str) -> Environment:
        if members not in made:
            folder = tmp_path_factory.mktemp("env") / "venv"
            uv("venv", "--python", sys.executable, folder)
            made[members] = Environment(
                folder, _install(folder, [_asked_for(name, wheels) for name in members.split("+")])
            )
        return made[members]

    return make


def _asked_for(member: str, wheels: Mapping[str, Path]) -> str:
    name, bracket, extra = member.partition("[")
    return f"{wheels[name]}{bracket}{extra}"


def _install(folder: Path, wheels: list[str]) -> str:
    """Install from uv's cache where all of it is there, and from wherever uv is set up to look otherwise.

    The pins of the checkout make that likely. Compiling dlib takes minutes: `--only-binary` forbids it.
    """
    pins = ("-c", ROOT / "requirements.txt", "--only-binary", "dlib", "--python", folder)
    done = uv("pip", "install", "--offline", *pins, *wheels, check=False)
    return (done if done.returncode == 0 else uv("pip", "install", *pins, *wheels)).stderr
