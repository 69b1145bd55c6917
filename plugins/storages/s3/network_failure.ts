import { StorageError, type StorageErrorCode } from "../../../core/plugin/storage.ts";
import { NobodyThereError, StalledError } from "./stalled_error.ts";

/** What a message of the network's own says: RegExp, code, why, fixes. First that fits. */
const TABLE: readonly (readonly [RegExp, StorageErrorCode, (host: string) => string, readonly string[]])[] = [
  [
    // Bytes that are no TLS came in answer to the greeting.
    /corrupt message of type InvalidContentType/i,
    // It speaks the same at the next attempt.
    "denied",
    (host) => `${host} speaks plain HTTP there, not TLS`,
    ["write the address with http:// and not https://: `storage.endpoint`, or the profile's `endpoint`"],
  ],
  [
    /invalid HTTP version/i,
    // It may also be a reply that was garbled on its way.
    "unavailable",
    (host) => `what ${host} answered is no HTTP`,
    ["if it serves over TLS, write the address with https://: `storage.endpoint`, or the profile's `endpoint`"],
  ],
  [
    /certificate|UnknownIssuer|invalid peer|CaUsedAsEndEntity|NotValidForName/i,
    // A retry shows the same certificate.
    "denied",
    (host) => `the certificate of ${host} is not trusted`,
    [
      "name the one that signed it: `storage.ca_file`, or AWS_CA_BUNDLE",
      "see it: `openssl s_client -showcerts -connect …`",
    ],
  ],
  [
    /dns error|failed to lookup|Name or service not known|No address associated/i,
    "unavailable",
    (host) => `there is no address of ${host} to be had`,
    ["see whether the network is up, and `storage.endpoint` right"],
  ],
  [
    /requests to port \d+ are blocked/i,
    "denied",
    (host) => `${host} has a port that HTTP is kept from, by "port blocking" of the Fetch standard`,
    ["let the service listen at another port"],
  ],
  [
    /refused/i,
    "unavailable",
    (host) => `nothing listens at ${host} (connection refused)`,
    ["start the service, or set `storage.endpoint`"],
  ],
  [/unreachable/i, "unavailable", (host) => `${host} cannot be reached from here`, [
    "see whether the network is up",
  ]],
  [
    /InvalidMessage|corrupt message|tls|handshake/i,
    "unavailable",
    (host) => `${host} does not speak TLS as it should`,
    ["see whether `storage.endpoint` is http and not https, or the other way round"],
  ],
  [/timed? ?out/i, "unavailable", (host) => `${host} did not answer in time`, []],
  [
    /reset|broken pipe|closed|incomplete|unexpected eof|end of file|body|error (sending|reading)|connection/i,
    "unavailable",
    (host) => `the connection to ${host} broke`,
    [],
  ],
];

const LOOPBACK = /^https?:\/\/(?:127\.[\d.]+|localhost|\[::1\])(?::|$)/;

/**
 * Tells an error of the network as the storage's.
 *
 * @param host For messages; without credentials.
 * @returns `undefined` if the error is not the network's.
 */
export function networkFailure(what: string, host: string, error: unknown): StorageError | undefined {
  if (error instanceof NobodyThereError) {
    return new StorageError("unavailable", {
      what,
      why: `${host} cannot be reached: ${error.message}`,
      fix: [
        "see whether the network is up, and `storage.endpoint` right",
        "if the connection is slow, allow for more: `storage.timeout_seconds`",
      ],
    }, { cause: error });
  }
  if (error instanceof StalledError) {
    return new StorageError("unavailable", {
      what,
      why: `${host} stalled: ${error.message}`,
      fix: ["if the connection is slow, allow for more: `storage.timeout_seconds`"],
    }, { cause: error });
  }
  const text = textOf(error);
  if (text === undefined) return undefined;
  const [, code, why, fixes] = TABLE.find(([pattern]) => pattern.test(text)) ?? [];
  // A TypeError is what `fetch` throws, and bugs are.
  if (code === undefined && error instanceof TypeError) return undefined;
  if (code === undefined) {
    return new StorageError("unavailable", { what, why: `${host} could not be asked` }, { cause: error });
  }
  const isOwn = /refused/i.test(text) && LOOPBACK.test(host);
  const fix = [
    ...(isOwn ? ["if it is this machine's own server, start it: `aero storage up`"] : []),
    ...fixes!,
  ];
  return new StorageError(code, { what, why: why!(host), ...(fix.length === 0 ? {} : { fix }) }, {
    cause: error,
    // Whoever is to listen there is started by a person.
    isLasting: isOwn,
  });
}

/** All that an error of `fetch` or of the system says; `undefined` for any other. */
function textOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code } = error as { code?: unknown };
  const fromNetwork = error instanceof TypeError ||
    /^(Http|Connection\w+|BrokenPipe|UnexpectedEof|TimedOut)$/.test(error.name) ||
    (typeof code === "string" && /^E[A-Z]+$/.test(code));
  if (!fromNetwork) return undefined;
  const cause = error.cause instanceof Error ? ` ${error.cause.message}` : "";
  return `${typeof code === "string" ? code : ""} ${error.message}${cause}`;
}
