"""Tells as JSON what W&B's own SDK reads of the run that is named."""

import json
import sys

import wandb

run = wandb.Api().run(sys.argv[1])
logged = list(run.logged_artifacts())
document = run.file("experiment-version.json").download(root=sys.argv[2], replace=True).read()
print(json.dumps({
    "state": run.state,
    "config": dict(run.config),
    "tags": run.tags,
    "notes": run.notes,
    "commit": run.commit,
    "group": run.group,
    "jobType": run.job_type,
    "metadata": run.metadata,
    "history": [[row["_step"], row["aero/step"], str(row["loss"])] for row in run.scan_history()],
    "files": sorted(file.name for file in run.files()),
    "document": document,
    "used": [artifact.name for artifact in run.used_artifacts()],
    "logged": [artifact.name for artifact in logged],
    "references": [entry.ref for artifact in logged for entry in artifact.manifest.entries.values()],
}))
