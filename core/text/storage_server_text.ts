import type { ServedRequests } from "../actions/serve_storage.ts";
import type { AddedUser, StorageUser } from "../actions/server_users.ts";
import type { StorageServer } from "../actions/storage_server.ts";
import { escapeInline } from "../cli/escape.ts";
import { formatAgo, formatBytes, formatCount, formatDuration, formatInstant } from "../cli/human.ts";
import type { Style } from "../cli/style.ts";

/** A server that has just come up, with all that somebody needs to use it. */
export function serverUpText(server: StorageServer, style: Style): string {
  const { url, directory, use, profile, credentialsFile, fingerprint, caFile, logFile, clients = [] } =
    server;
  const where = server.dataFlag === undefined ? "" : ` ${server.dataFlag}`;
  const lines = [
    `${style.green("serving")}  ${style.bold(url ?? "")}  ${style.dim(`process ${server.pid}`)}`,
    `  data         ${directory}`,
    ...(logFile === undefined ? [] : [`  log          ${logFile}`]),
    `  keys         ${credentialsFile}, section [${profile}]`,
  ];
  if (fingerprint !== undefined) {
    lines.push(`  certificate  SHA-256 ${fingerprint}`, `               clients have to trust ${caFile}`);
  }
  lines.push(
    "",
    "Your projects keep everything here once aero.yaml says",
    `storage: { use: ${use}, profile: ${profile} }`,
  );
  const [shell, ...programs] = clients;
  if (shell !== undefined) {
    const width = Math.max(...programs.map(({ client }) => client.length));
    lines.push(
      "",
      "Other programs, in a shell that was told",
      ...shell.lines,
      ...programs.flatMap(({ client, lines }) =>
        lines.map((line) => `  ${style.bold(client.padEnd(width))}  ${line}`)
      ),
    );
  }
  lines.push(
    "",
    "A colleague's aero: keys of their own, and what to write where, come from",
    `aero storage user add NAME${where}`,
  );
  lines.push(
    "",
    style.dim(server.foreground ? "Ctrl-C stops it." : `It stops by: aero storage down${where}`),
  );
  return lines.join("\n");
}

/** Whether a server runs. */
export function serverStatusText(server: StorageServer, style: Style): string {
  const { state, url, directory, pid, startedAt, profile } = server;
  if (state === "stopped") return `${style.dim("stopped")}  ${directory}`;
  const word = state === "running" ? style.green("running") : style.red("silent ");
  return [
    `${word}  ${style.bold(url ?? "")}`,
    `  data     ${directory}`,
    `  process  ${pid}, started ${formatAgo(startedAt ?? 0, style.now().getTime())}`,
    `  profile  ${profile}`,
    ...(server.settings?.over === undefined ? [] : [`  over     ${server.settings.over}`]),
    ...(state === "silent" ? ["  its process lives, but it does not answer"] : []),
  ].join("\n");
}

/** A line for each request: when, status, what, whose, how much, how long. */
export function requestsText({ requests, untold }: ServedRequests, style: Style): string {
  const lines = requests.map(
    ({ at, status, operation, method, target, user, bytesIn, bytesOut, durationMs, error }) => {
      const shown = status >= 500
        ? style.red(String(status))
        : status >= 400
        ? style.yellow(String(status))
        : String(status);
      const bytes = bytesIn > 0 ? `${formatBytes(bytesIn)} in` : `${formatBytes(bytesOut)} out`;
      const what = escapeInline(operation === "" || operation === "Unknown" ? method || "-" : operation)
        .padEnd(22);
      const end = [bytes, formatDuration(durationMs), user ?? "nobody", error && escapeInline(error)].filter((
        part,
      ) => part !== undefined);
      // A log file is read days later.
      const when = style.columns === undefined ? formatInstant(at) : formatInstant(at).slice(11);
      return `${style.dim(when)}  ${shown}  ${what}  ${escapeInline(target)}  ${style.dim(end.join(", "))}`;
    },
  );
  if (untold > 0) lines.push(style.dim(`… and ${formatCount(untold)} more in the same moment`));
  return lines.join("\n");
}

/** A user, what they may do, and since when. */
export function storageUserText({ name, grants, keys, createdAt }: StorageUser, style: Style): string {
  const may = grants.map(grantText).join("; ") || "nothing";
  const since = style.dim(`${keys.join(", ") || "no key"}, since ${formatInstant(createdAt).slice(0, 10)}`);
  return `${style.bold(name)}  ${may}  ${since}`;
}

function grantText({ access, bucket, prefix }: StorageUser["grants"][number]): string {
  const where = bucket === "*"
    ? "all buckets"
    : bucket === "@owned"
    ? "buckets that they make"
    : prefix === ""
    ? bucket
    : `${bucket}/${prefix}`;
  return `${access === "write" ? "reads and writes" : "reads"} ${where}`;
}

/** A user who was added, and what to hand over to them: two files, whole, each line as it stands in them. */
export function addedUserText(user: AddedUser, style: Style): string {
  const { name, credentials, use, options, profile = "group", caFile } = user;
  const lines = [
    `${style.green("added")}  ${storageUserText(user, style)}`,
    "",
    style.bold(`For ${name}. The secret is shown this once.`),
    "",
    style.bold("~/.config/aero/credentials, which nobody else may read (chmod 600):"),
    "",
    `[${profile}]`,
    ...Object.entries(credentials).map(([key, value]) => `${key} = ${value}`),
    "",
  ];
  if (options === undefined) {
    return [...lines, "The server does not run; start it to see what goes into config.yaml: aero storage up"]
      .join("\n");
  }
  const isOffered = user.grants.some((grant) => grant.bucket === "*" || grant.bucket === options.bucket);
  const bucket = isOffered
    ? options.bucket
    : user.grants.find((grant) => grant.bucket !== "@owned")?.bucket ?? "NAME";
  lines.push(
    style.bold("~/.config/aero/config.yaml:"),
    "",
    "profiles:",
    `  ${profile}:`,
    ...Object.entries(options).map(([key, value]) => `    ${key}: ${key === "bucket" ? bucket : value}`),
    "    credentials_file: ~/.config/aero/credentials",
    ...(caFile === undefined ? [] : ["    ca_file: ~/.config/aero/ca.crt"]),
    "",
    style.bold("aero.yaml of the project:"),
    "",
    `storage: { use: ${use}, profile: ${profile} }`,
  );
  if (bucket === "NAME") lines.push("", "where NAME is a bucket that they have made");
  if (caFile !== undefined) lines.push("", `and a copy of ${caFile} as ~/.config/aero/ca.crt`);
  if (user.grants.every((grant) => grant.bucket === bucket)) {
    lines.push(
      "",
      "Data that were imported in place stay in their own bucket, which --read BUCKET opens to a user.",
    );
  }
  if (/\/\/(localhost|127\.|\[::1\])/.test(options.endpoint ?? "")) {
    lines.push(
      "",
      `${
        style.yellow("Only this machine reaches it.")
      } For others: aero storage down, then aero storage up --listen 0.0.0.0 --tls self-signed`,
    );
  }
  return lines.join("\n");
}
