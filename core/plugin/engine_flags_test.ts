import assert from "node:assert/strict";
import { refusedFlag } from "./engine_flags.ts";

const REFUSED: readonly (readonly [readonly string[], string, RegExp])[] = [
  [["-d"], "-d", /watches/],
  [["-itd"], "-itd", /watches/],
  [["--detach=true"], "--detach", /watches/],
  [["--rm"], "--rm", /watches/],
  [["--name", "x"], "--name", /watches/],
  [["--cidfile=/x"], "--cidfile", /watches/],
  [["--label", "a=b"], "--label", /watches/],
  [["--user", "0"], "--user", /watches/],
  [["--entrypoint", "sh"], "--entrypoint", /watches/],
  [["-v", "/host:/u"], "-v", /files of the machine.*inputs:/],
  [["-v/host:/u"], "-v/host:/u", /files of the machine.*inputs:/],
  [["--volume=/host:/u"], "--volume", /files of the machine.*inputs:/],
  [["--mount", "type=bind"], "--mount", /files of the machine.*inputs:/],
  [["-e", "NAME"], "-e", /variables.*env:/],
  [["-eNAME"], "-eNAME", /variables.*env:/],
  [["--env-file=/x"], "--env-file", /variables.*env:/],
  [["--network", "host"], "--network", /network:/],
  [["--net=host"], "--net", /network:/],
  [["--dns", "1.1.1.1"], "--dns", /network:/],
  [["--privileged"], "--privileged", /parts of the machine/],
  [["--device", "/dev/sda"], "--device=/dev/sda", /parts of the machine/],
  [["--device=/dev/dri/../sda"], "--device=/dev/dri/../sda", /parts of the machine/],
  [["--device=/home"], "--device=/home", /parts of the machine/],
  [["--device=vendor.com/class=all"], "--device=vendor.com/class=all", /parts of the machine/],
  [["--cap-add", "SYS_ADMIN"], "--cap-add=SYS_ADMIN", /parts of the machine/],
  [["--security-opt", "seccomp=unconfined"], "--security-opt=seccomp=unconfined", /parts of the machine/],
  [["--gpus", "all"], "--gpus", /limits:/],
  [["--ipc", "host"], "--ipc=host", /let more into/],
  [["--ulimit=host"], "--ulimit=host", /let more into/],
  [["--pid=host"], "--pid", /let more into/],
  [["--userns", "host"], "--userns", /let more into/],
  [["--made-up"], "--made-up", /let more into/],
  [["-m=1g"], "-m", /let more into/],
  [["--"], "--", /let more into/],
  [["image"], "image", /no flag/],
  [[""], "", /no flag/],
  [["--read-only", "image"], "image", /no flag/],
  [["--read-only=maybe"], "--read-only", /let more into/],
  [["constructor"], "constructor", /no flag/],
  // It would take the image for its value.
  [["--memory", "1g", "--shm-size"], "--shm-size", /no value/],
];

for (const [words, flag, said] of REFUSED) {
  Deno.test(`${JSON.stringify(words)} is refused`, () => {
    const refused = refusedFlag(words);

    assert.equal(refused?.flag, flag);
    assert.match(`${refused.why}; ${refused.fix}`, said);
  });
}

Deno.test("flags that only shape resources and rights are taken, with `=` and without", () => {
  const taken = [
    "--ulimit nofile=1024:2048 --shm-size=2g --ipc private --ipc=none --cpuset-cpus 0-3 --cpu-shares=512",
    "--memory 1g --memory-swap=2g -m 1g --pids-limit -1 --security-opt no-new-privileges --cap-drop all",
    "--device /dev/kvm --device=/dev/dri:/dev/dri:rw --device=/dev/infiniband/uverbs0 --tmpfs /scratch:size=1g",
    "--stop-timeout 5 --sysctl=net.core.somaxconn=1024 --oom-score-adj 100 --hostname box --read-only",
    "--read-only=false --cap-add SYS_NICE",
    // The word after such a flag is its value, whatever it looks like.
    "--cap-drop -d",
  ];
  for (const line of taken) assert.equal(refusedFlag(line.split(" ")), undefined, line);
  assert.equal(refusedFlag([]), undefined);
});

Deno.test("the place of the refused flag is told", () => {
  assert.equal(refusedFlag(["--memory", "1g", "--pid", "host"])?.index, 2);
});
