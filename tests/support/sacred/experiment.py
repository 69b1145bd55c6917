"""A run of the Sacred library, as people write them: prints, logs, keeps a file. Usage: experiment.py URI DATABASE"""

import sys
import tempfile

from sacred import SETTINGS, Experiment
from sacred.observers import MongoObserver

SETTINGS.CAPTURE_MODE = "sys"
uri, database = sys.argv[1:]
ex = Experiment("bikes")
ex.observers.append(MongoObserver(url=uri, db_name=database))


@ex.config
def config():
    depth = 5
    layers = (64, 32)
    tags = ["from-python"]
    seed = 7


@ex.main
def train(_run, depth):
    print("trained to depth", depth)
    for step in range(100):
        _run.log_scalar("loss", 1 / (step + 1), step)
    _run.log_scalar("counted", float("nan"))
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write("a model")
        file.flush()
        ex.add_artifact(file.name, name="model.txt")
    return 0.5


run = ex.run(config_updates={"depth": 6})
print(run._id)
