"""What a program of an aero run can use of its run: params, inputs, outputs, metrics, the seed.

    import aero

    depth = aero.params["max_depth"]
    rows = (aero.input("data") / "rows.csv").read_text()
    aero.log(loss=0.12, step=3)
    (aero.output("model") / "model.json").write_text("{}")

Python 3.8 or newer, standard library only. All of it stands on files and variables that any language can read:
AERO_PARAMS (a JSON file), AERO_INPUTS and AERO_OUTPUTS (directories), AERO_METRICS (a file to append to), AERO_SEED.
`aero.load` is for notebooks, and works outside of a run too.
"""

import importlib
import json
import math
import os
import subprocess
from pathlib import Path
from typing import Any, Dict, Mapping, Optional, Union

__all__ = [
    "AeroError",
    "build",
    "input",
    "input_file",
    "load",
    "log",
    "output",
    "params",
    "run_id",
    "seed",
]

# Filled by __getattr__ when first asked for, so that `import aero` itself never fails.
params: Dict[str, Any]
seed: int
run_id: str


class AeroError(RuntimeError):
    """Something that the program or the one who started it can put right."""


def _variable(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        raise AeroError(f"not in an aero run ({name} is not set): start it by `aero run` or `aero dev`")
    return value


def __getattr__(name: str) -> Any:
    if name == "params":
        with open(_variable("AERO_PARAMS"), encoding="utf-8") as file:
            value: Any = json.load(file)
    elif name == "seed":
        value = int(_variable("AERO_SEED"))
    elif name == "run_id":
        value = _variable("AERO_RUN_ID")
    else:
        raise AttributeError(f"module 'aero' has no attribute {name!r}")
    globals()[name] = value
    return value


def _directory(variable: str, what: str, name: str) -> Path:
    parent = Path(_variable(variable))
    path = parent / name
    if name in ("", ".", "..") or "/" in name or not path.is_dir():
        known = sorted(entry.name for entry in parent.iterdir() if entry.is_dir()) if parent.is_dir() else []
        has = ", ".join(known) if known else "none"
        raise AeroError(f"this stage has no {what} {name!r}; it has: {has}. Declare it in aero.yaml")
    return path


def input(name: str) -> Path:
    """The directory that holds the files of an input. They are read-only."""
    return _directory("AERO_INPUTS", "input", name)


def input_file(name: str) -> Path:
    """The file of an input that holds exactly one."""
    directory = input(name)
    files = sorted(path for path in directory.rglob("*") if not path.is_dir())
    if len(files) != 1:
        raise AeroError(f"input {name!r} holds {len(files)} files, not one: take them from aero.input({name!r})")
    return files[0]


def output(name: str) -> Path:
    """The directory of an output. What is in it when the program ends well becomes a new version."""
    return _directory("AERO_OUTPUTS", "output", name)


def log(
    metrics: Optional[Mapping[str, Any]] = None, /, *, step: Optional[Union[int, float]] = None, **more: Any
) -> None:
    """Reports numbers: `aero.log({"val/loss": 0.3}, step=3)`, `aero.log(loss=0.3, step=3)`.

    Anything that `float()` takes is a number, NumPy's and PyTorch's scalars among them; NaN and the infinities
    are kept. Safe to call from several processes and threads at once.
    """
    values = {**(metrics or {}), **more}
    if not values:
        raise AeroError("aero.log() was given no metric: aero.log(loss=0.3, step=3)")
    line: Dict[str, Any] = {}
    if step is not None:
        line["step"] = _number("step", step)
        if not math.isfinite(float(step)):
            raise AeroError(f"step is {step}: a step is a finite number")
    for name, value in values.items():
        if not isinstance(name, str) or name in ("", "step"):
            raise AeroError(f"a metric cannot be named {name!r}")
        line[name] = _number(name, value)
    data = (json.dumps(line, allow_nan=False) + "\n").encode("ascii")
    # One write to a file opened for appending: lines of several writers do not mix.
    file = os.open(_variable("AERO_METRICS"), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
    try:
        written = os.write(file, data)
        while written < len(data):
            written += os.write(file, data[written:])
    finally:
        os.close(file)


def _number(name: str, value: Any) -> Union[int, float, str]:
    if isinstance(value, (str, bytes)):
        raise AeroError(f"metric {name!r} is the text {value!r}: a metric is a number")
    # Beyond 2**53 JSON's readers round a whole number; the float says so.
    if isinstance(value, int) and abs(value) <= 2**53:
        return int(value)
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise AeroError(f"metric {name!r} is {value!r}: a metric is a number") from error
    if math.isfinite(number):
        return number
    return "NaN" if math.isnan(number) else "Infinity" if number > 0 else "-Infinity"


def build(component: Any, **more: Any) -> Any:
    """Builds what a component param describes: `{"use": "package.module.Class", "with": {...}}`.

    Components inside `with` are built first, in mappings and lists too. Keyword arguments given here are added
    to those of `with`, and win. What is not a component comes back as it is.
    """
    if isinstance(component, list):
        return [build(item) for item in component]
    if not isinstance(component, dict):
        return component
    if "use" not in component:
        return {key: build(value) for key, value in component.items()}
    unknown = sorted(set(component) - {"use", "with"})
    if unknown:
        raise AeroError(f"a component has `use` and `with`, and this one also: {', '.join(unknown)}")
    arguments = {key: build(value) for key, value in (component.get("with") or {}).items()}
    return _find(component["use"])(**{**arguments, **more})


def _find(name: Any) -> Any:
    """The object at `package.module.Class.method`, the longest part of it that can be imported being the module."""
    if not isinstance(name, str) or not all(part.isidentifier() for part in name.split(".")):
        raise AeroError(f"cannot build {name!r}: `use` is a dotted name such as package.module.Class")
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        module = ".".join(parts[:length])
        try:
            found: Any = importlib.import_module(module)
        except ModuleNotFoundError as error:
            # A module that is there, and in turn misses another, is told as what it is.
            if error.name is None or not (module == error.name or module.startswith(error.name + ".")):
                raise
            continue
        for part in parts[length:]:
            if not hasattr(found, part):
                raise AeroError(f"cannot build {name!r}: {module} has no {part}")
            found = getattr(found, part)
        if not callable(found):
            raise AeroError(f"cannot build {name!r}: it is not a class or function")
        return found
    raise AeroError(f"cannot build {name!r}: there is no module {parts[0]}")


def load(reference: str) -> Path:
    """Brings an artifact here and returns its directory: `aero.load("cleaned:v3")`. For notebooks.

    Its files are read-only, and shared with other uses of the same version. Needs the `aero` program on PATH.
    """
    if os.environ.get("AERO_RUN_ID"):
        raise AeroError(f"a run reads declared inputs only: declare {reference!r} in aero.yaml, and use aero.input()")
    command = ["aero", "artifact", "get", reference, "--json"]
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    except FileNotFoundError as error:
        raise AeroError("the aero program is not on PATH") from error
    if done.returncode != 0:
        raise AeroError(done.stderr.decode("utf-8", "replace").strip() or f"aero exited with {done.returncode}")
    return Path(json.loads(done.stdout.splitlines()[-1])["path"])
