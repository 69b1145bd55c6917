import type { z } from "zod";
import { AeroError, type ErrorKind, type ErrorReport } from "../errors.ts";
import type { OperationOptions, PluginContext } from "./context.ts";
import type { Storage } from "./storage.ts";

/** Why a service did not start. */
export type ServiceErrorCode = "address_in_use" | "already_open";

/** A service's failure that is not the fault of what was asked. */
export class ServiceError extends AeroError {
  readonly kind: ErrorKind = "outside";
  declare readonly code: ServiceErrorCode;

  constructor(code: ServiceErrorCode, report: ErrorReport, options?: ErrorOptions) {
    super(code, report, options);
  }
}

/** A request that a service has answered. */
export interface ServedRequest {
  /** Epoch milliseconds of its first byte. */
  readonly at: number;
  readonly method: string;
  /** What was asked for, in the service's own words; empty if that could not be told. */
  readonly operation: string;
  /** Decoded path, without its query: that may hold a signature. */
  readonly target: string;
  readonly status: number;
  /** Who sent it; absent if that was not proven. */
  readonly user?: string;
  /** Address of the other end. */
  readonly remote: string;
  /** Bytes of the body that came, and of the one that went. */
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly durationMs: number;
  /** Code of the error that was answered, or of why the reply broke off. */
  readonly error?: string;
}

/** What a service gets from aero. */
export interface ServiceContext extends PluginContext {
  /** Told of each request, after its reply. */
  readonly served: (request: ServedRequest) => void;
  /** Storages that a service for storing offers beside its own, each as the bucket of a name. Closed by the caller, afterwards. */
  readonly storages?: readonly { readonly name: string; readonly storage: Storage }[];
}

/** A value that shows itself by `reveal` only. */
export interface Sealed {
  reveal(): string;
}

/** How a storage at a service is reached. */
export interface StorageConnection {
  /** As `storage.use` names the kind. */
  readonly use: string;
  /** Options for the section `storage` or a profile; no secret. */
  readonly options: Readonly<Record<string, string>>;
  /** Entries of the section of a credentials file: name to value. */
  readonly credentials: Readonly<Record<string, Sealed>>;
}

/** What to type into other programs, so that they use a storage at a service. */
export interface ClientLines {
  /** Name of the program. */
  readonly client: string;
  /** Whole lines; they name files, and hold no secret. */
  readonly lines: readonly string[];
}

/** A certificate that a service made for itself, so that nobody knows it but those who are told. */
export interface OwnCertificate {
  /** SHA-256 of the certificate: `AB:CD:…`, as browsers and openssl show it. */
  readonly fingerprint: string;
  /** File with the certificate of its own authority, in PEM: what clients are to trust. */
  readonly caFile: string;
}

/** A service that runs. Disposing it is {@link RunningService.stop} without grace. */
export interface RunningService extends AsyncDisposable {
  /** Where it is, with the port that it got. */
  readonly url: string;
  /** Resolves when it has stopped, for whatever reason; rejects if it broke. */
  readonly closed: Promise<void>;
  /** Present if it is there to store. */
  readonly connection?: StorageConnection;
  /** Present if it made itself a certificate. */
  readonly certificate?: OwnCertificate;
  /** Takes no more requests, and gives those under way this long, in milliseconds. */
  stop(graceMs: number): Promise<void>;
}

/** What a user of a service may do. */
export interface UserGrant {
  readonly access: "read" | "write";
  /** Name of a bucket; `*` for all of them; `@owned`, with write only, for those that the user makes. */
  readonly bucket: string;
  /** Of keys; "" for all of the bucket. */
  readonly prefix: string;
}

/** Somebody who may use a service. */
export interface ServiceUser {
  readonly name: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  readonly grants: readonly UserGrant[];
  /** Ids of access keys. */
  readonly keys: readonly string[];
}

/** Users of a service, whether it runs or not. */
export interface ServiceAccounts extends AsyncDisposable {
  /** Who may do everything, and whose keys the connection of {@link RunningService} has. */
  readonly administratorName: string;
  /** That user, made anew where it was removed, and with a key where it has none. */
  administrator(): Promise<{ readonly user: ServiceUser } & Pick<StorageConnection, "credentials">>;
  /** By name. */
  list(): Promise<readonly ServiceUser[]>;
  /**
   * Adds a user with a key of their own.
   *
   * @returns What they connect with; the only time that it is told.
   * @throws {UserError} `user_exists`.
   */
  add(
    name: string,
    grants: readonly UserGrant[],
  ): Promise<{ readonly user: ServiceUser } & Pick<StorageConnection, "credentials">>;
  /**
   * Removes a user and their keys at once; what they stored stays.
   * @throws {UserError} `no_such_user`.
   */
  remove(name: string): Promise<ServiceUser>;
}

/** A kind of service that aero can run: a server, or pages to look at. */
export interface ServicePlugin<Config> {
  readonly kind: "service";
  readonly name: string;
  /** One line. */
  readonly summary: string;
  readonly config: z.ZodType<Config>;
  /**
   * Starts it. What it needs on disk is made if it is absent; what is there is gone on with.
   *
   * @throws {ServiceError} `address_in_use`, `already_open`.
   * @throws {UserError} `address_unusable`, `certificate_unusable`.
   */
  start(config: Config, context: ServiceContext): Promise<RunningService>;
  /**
   * Opens its users; present if it has any.
   * @throws {ServiceError} `already_open` if they cannot be had while it runs.
   */
  accounts?(config: Config, context: PluginContext): Promise<ServiceAccounts>;
  /** Whether a service at `url` answers, and can do its work. Never rejects but for an abort. */
  answers(url: string, options: OperationOptions & { readonly caFile?: string }): Promise<boolean>;
  /** What to type into other programs; present if it is there to store. */
  clients?(
    options: Readonly<Record<string, string>>,
    place: { readonly profile: string; readonly credentialsFile: string; readonly caFile?: string },
  ): readonly ClientLines[];
}

/** A service of any config. */
export interface RegisteredService
  extends Pick<ServicePlugin<never>, "kind" | "name" | "summary" | "answers" | "clients"> {
  readonly config: z.ZodType;
  /** @throws {z.ZodError} if `raw` does not fit {@link RegisteredService.config}; else as {@link ServicePlugin.start}. */
  start(raw: unknown, context: ServiceContext): Promise<RunningService>;
  /** Throws as {@link RegisteredService.start}. `undefined`: it has no users. */
  accounts(raw: unknown, context: PluginContext): Promise<ServiceAccounts | undefined>;
}

/** Closes over Config, so that a registry can hold services of any config without `any`. */
export function defineService<Config>(plugin: ServicePlugin<Config>): RegisteredService {
  return {
    ...plugin,
    start: (raw, context) => plugin.start(plugin.config.parse(raw), context),
    accounts: async (raw, context) => await plugin.accounts?.(plugin.config.parse(raw), context),
  };
}
