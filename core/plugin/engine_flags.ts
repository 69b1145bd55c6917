/** What a flag takes after it. */
export interface EngineFlag {
  /** Whether a value follows, after `=` or as the next word; without, only `=true` and `=false` may follow. */
  readonly takesValue: boolean;
  /** The values that are taken; any if left out. */
  readonly values?: RegExp;
}

const value = (values?: RegExp): EngineFlag => ({
  takesValue: true,
  ...(values === undefined ? {} : { values }),
});

/**
 * The flags of an engine's `run` that a version may have: those that only shape resources, limits and rights, and so
 * bring nothing into a run beside what their own text says; podman-run(1), docker-run(1).
 */
export const ENGINE_FLAGS: Readonly<Record<string, EngineFlag>> = {
  "--blkio-weight": value(),
  "--cap-add": value(/^(CAP_)?(IPC_LOCK|SYS_NICE|SYS_PTRACE)$/i),
  "--cap-drop": value(),
  "--cpu-period": value(),
  "--cpu-quota": value(),
  "--cpu-shares": value(),
  "--cpus": value(),
  "--cpuset-cpus": value(),
  "--cpuset-mems": value(),
  // No disks and no directories, which have files on them, and no names of CDI, which stand for mounts as well.
  "--device": value(
    /^\/dev\/(kvm|kfd|fuse|nvidia[a-z0-9-]*|(dri|infiniband|accel)(\/[A-Za-z0-9_-]+)?)(:\/dev\/[A-Za-z0-9_/-]+)?(:[rwm]+)?$/,
  ),
  "--hostname": value(),
  "--ipc": value(/^(none|private|shareable)$/),
  "--memory": value(),
  "--memory-reservation": value(),
  "--memory-swap": value(),
  "--memory-swappiness": value(),
  "--oom-kill-disable": { takesValue: false },
  "--oom-score-adj": value(),
  "--pids-limit": value(),
  "--read-only": { takesValue: false },
  // The other options weaken what parts the run from the machine, or read a file of it.
  "--security-opt": value(/^no-new-privileges(([:=])true)?$/),
  "--shm-size": value(),
  "--stop-timeout": value(),
  "--sysctl": value(/^[a-z][\w./-]*=[^\n]*$/),
  "--tmpfs": value(/^\//),
  // `host` stands for the limits of whoever starts aero.
  "--ulimit": value(/^[a-z]+=/),
  "-c": value(),
  "-h": value(),
  "-m": value(),
};

/** Flags that are often asked for: what they would let in, and what is there instead. */
const INSTEAD: readonly {
  readonly flags: RegExp;
  readonly lets?: string;
  readonly why?: string;
  readonly use: string;
}[] = [
  {
    flags: /^(-v.*|--volume|--mount|--volumes-from)$/,
    lets: "files of the machine",
    use: "declare them as `inputs:`",
  },
  {
    flags: /^(-e.*|--env|--env-file|--env-host|--env-merge|--http-proxy|--tz)$/,
    lets: "variables",
    use: "use `env:` or `secrets:`",
  },
  {
    flags: /^(-p.*|--net|--network|--network-alias|--publish|--dns|--dns-.*|--add-host|--no-hosts|--link)$/,
    lets: "the network",
    use: "use `network:`",
  },
  { flags: /^--(gpus|cpu-count|cpu-percent)$/, lets: "devices", use: "use `limits:`" },
  {
    flags: /^(--device|--device-.*|--privileged|--security-opt|--cap-add)$/,
    lets: "parts of the machine",
    use: "remove it",
  },
  {
    flags:
      /^(-[itPq]*d.*|-[itw].*|-u.*|--(detach|rm|name|cidfile|conmon-pidfile|pidfile|label|label-file|entrypoint|user|workdir|interactive|tty|init|init-path|attach|log-driver|log-opt|pull|replace|rootfs|sig-proxy|stop-signal|no-healthcheck|timeout|restart|image-volume))$/,
    why: "aero itself sets, names, watches and removes the container of a run",
    use: "remove it",
  },
];

/** A flag that a version may not have. */
export interface RefusedFlag {
  /** Where it stands among the words. */
  readonly index: number;
  /** `--volume`; a word that is no flag as it stands. */
  readonly flag: string;
  readonly why: string;
  readonly fix: string;
}

/** The first of the words that is not a flag of {@link ENGINE_FLAGS} with a value that it may have. */
export function refusedFlag(words: readonly string[]): RefusedFlag | undefined {
  for (let index = 0; index < words.length; index++) {
    const word = words[index]!;
    const [, name = "", own] = /^([^=]*)(?:=(.*))?$/s.exec(word) ?? [];
    const flag = Object.hasOwn(ENGINE_FLAGS, name) ? ENGINE_FLAGS[name] : undefined;
    // An engine reads `-m=1g` as the value `=1g`.
    if (flag === undefined || (!name.startsWith("--") && own !== undefined)) return refused(index, name);
    if (!flag.takesValue) {
      if (own !== undefined && own !== "true" && own !== "false") return refused(index, name);
      continue;
    }
    const at = index;
    const given = own ?? words[++index];
    if (given === undefined) {
      return { index: at, flag: name, why: "it has no value", fix: "write its value after it" };
    }
    if (flag.values !== undefined && !flag.values.test(given)) return refused(at, name, given);
  }
  return undefined;
}

function refused(index: number, name: string, given?: string): RefusedFlag {
  const flag = given === undefined ? name : `${name}=${given}`;
  const known = INSTEAD.find(({ flags }) => flags.test(name));
  if (!name.startsWith("-")) return { index, flag: name, why: "it is no flag", fix: "remove it" };
  return {
    index,
    flag,
    why: known?.why ?? `it would let ${known?.lets ?? "more"} into the run without being recorded`,
    fix: known?.use ?? "only flags for resources, limits and rights can be given; remove it",
  };
}
