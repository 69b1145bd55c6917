/** A file of a run; without bytes while nothing was put. */
export interface StoredFile {
  bytes?: Uint8Array;
  /** Whether the run told of it. */
  reported: boolean;
}

/** A run as the server keeps it. */
export interface StoredRun {
  readonly storageId: string;
  readonly entity: string;
  readonly project: string;
  readonly name: string;
  readonly createdAt: number;
  heartbeatAt: number;
  state: string;
  displayName: string;
  config: string;
  summary: string;
  notes: string | null;
  description: string | null;
  tags: string[];
  group: string | null;
  jobType: string | null;
  commit: string | null;
  repo: string | null;
  host: string | null;
  program: string | null;
  readonly history: string[];
  readonly events: string[];
  readonly log: string[];
  readonly files: Map<string, StoredFile>;
  exitCode?: number;
  /** Ids of artifacts. */
  readonly used: string[];
  readonly logged: string[];
  stopped: boolean;
}

/** A version of an artifact. */
export interface StoredArtifact {
  readonly id: string;
  readonly entity: string;
  readonly project: string;
  readonly type: string;
  readonly collection: string;
  readonly digest: string;
  readonly metadata: string | null;
  readonly aliases: string[];
  readonly clientId: string;
  readonly createdBy: string | null;
  version: number;
  state: "PENDING" | "COMMITTED";
  /** Whether its record was made. */
  recorded: boolean;
  manifest?: { readonly md5: string; bytes?: Uint8Array };
}

/** What a server refuses, with the status that it answers. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** States what a request must keep. @throws {Refusal} 400. */
export function need(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Refusal(400, message);
}

/** What a server has. */
export class World {
  readonly entity = "lab";
  /** Where the server listens. */
  address = "";
  readonly runs = new Map<string, StoredRun>();
  readonly artifacts: StoredArtifact[] = [];
  readonly projects = new Set<string>();
  /** What may be put where, by the secret in the address. */
  readonly uploads = new Map<string, (bytes: Uint8Array) => void>();
  readonly downloads = new Map<string, () => Uint8Array | undefined>();
  #ids = 0;
  /** Runs are told apart by their time, as they come. */
  #clock = Date.now();

  id(kind: string): string {
    return btoa(`${kind}:${++this.#ids}`);
  }

  tick(): number {
    return this.#clock = Math.max(this.#clock + 1, Date.now());
  }

  run(entity: string | undefined | null, project: string, name: string): StoredRun | undefined {
    return this.runs.get(`${entity ?? this.entity}/${project}/${name}`);
  }

  needRun(entity: string | undefined | null, project: string, name: string): StoredRun {
    const run = this.run(entity, project, name);
    if (run === undefined) throw new Refusal(404, `run ${entity}/${project}/${name} not found`);
    return run;
  }

  /** A signed address for one put. */
  uploadPath(take: (bytes: Uint8Array) => void): string {
    const secret = crypto.randomUUID();
    this.uploads.set(secret, take);
    return `/signed-upload/${secret}?X-Signature=${secret.slice(0, 8)}`;
  }

  downloadPath(give: () => Uint8Array | undefined): string {
    const secret = crypto.randomUUID();
    this.downloads.set(secret, give);
    return `/signed-download/${secret}?X-Signature=${secret.slice(0, 8)}`;
  }
}
