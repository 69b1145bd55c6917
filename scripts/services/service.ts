/** What is up, and how to use it. */
export interface Running {
  /** One line: version, place. */
  readonly what: string;
  /** Variables by which tests and people find it; may be empty. */
  readonly variables: Readonly<Record<string, string>>;
}

/** A real service that integration tests use, on a Debian 12 machine with root. */
export interface Service {
  readonly name: string;
  readonly summary: string;
  /** Services that must be up first. */
  readonly needs: readonly string[];
  /** Whether `up` without names leaves it out, since it is large and few need it. */
  readonly onlyWhenNamed?: true;
  /** `undefined` if it is not up. Changes nothing. */
  status(): Promise<Running | undefined>;
  /** Brings it up; quick and without effect if it is up. */
  up(tell: (line: string) => void): Promise<Running>;
  /** Takes down what {@link Service.up} started; packages and caches stay. */
  down(): Promise<void>;
}

/** Logs, sockets and process ids of services that run. */
export const RUN_DIRECTORY = "/run/aero-services";

/** What is dear to make again. */
export const CACHE_DIRECTORY = "/var/cache/aero-services";

/** Data that services keep. */
export const DATA_DIRECTORY = "/var/lib/aero-services";
