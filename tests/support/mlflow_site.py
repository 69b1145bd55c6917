"""Writes Python packages of this environment, and all that they need, as a tar for another site-packages.

    python mlflow_site.py site.tar PACKAGE ...

Tests, compiled files and MLflow's web pages stay away; so does what only MLflow's server needs.
"""

import importlib.metadata
import os
import re
import sys
import tarfile

LEFT_OUT = re.compile(r"^\.\.|/tests/|^mlflow/server/js/|\.pyc$")


def normalised(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def main(path, *names):
    known = {normalised(found.metadata["Name"]): found for found in importlib.metadata.distributions()}
    chosen = {}

    def choose(name):
        if name in chosen or name not in known:
            return
        chosen[name] = known[name]
        # It needs its server; mlflow-skinny has what clients need.
        if name == "mlflow":
            return
        for need in known[name].requires or ():
            if "extra ==" not in need:
                choose(normalised(re.match(r"[\w.-]+", need).group()))

    for name in names:
        choose(name)
    with tarfile.open(path, "w") as tar:
        for distribution in chosen.values():
            for file in distribution.files or ():
                where = distribution.locate_file(file)
                if not LEFT_OUT.search(str(file)) and os.path.isfile(where):
                    tar.add(where, str(file))


main(*sys.argv[1:])
