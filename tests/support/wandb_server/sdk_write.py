"""Writes runs with W&B's own SDK, at the server that the environment names."""

import math

import wandb

QUIET = wandb.Settings(console="off")

run = wandb.init(
    project="conformance", id="sdkrun", name="by the SDK", config={"lr": 0.1, "nested": {"a": [1, None]}},
    tags=["x"], notes="note", settings=wandb.Settings(console="wrap"),
)
for i in range(2500):
    run.log({"loss": 1 / (i + 1), "odd": [math.nan, math.inf, -math.inf, 1.5][i % 4]}, step=i * 3)
print("hello from the SDK")
run.finish()

run = wandb.init(project="conformance", id="sdkartifacts", settings=QUIET)
artifact = wandb.Artifact("data", type="dataset", metadata={"a": 1})
artifact.add_reference("https://objects.example.org/x", checksum=False, name="x")
run.log_artifact(artifact).wait()
run.use_artifact(artifact)
run.log({"early": 1})
run.finish(exit_code=3)

run = wandb.init(project="conformance", id="sdkartifacts", resume="must", settings=QUIET)
run.log({"late": 2})
run.finish()
