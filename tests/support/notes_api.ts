import type { ProgramApi, ProgramApiPlugin, ProgramLog } from "../../core/plugin/program_api.ts";

/** The Python package that programs would talk to {@link notesApi} with. */
export const NOTES_PACKAGE = "aero-notes";

/** A tiny API: metrics and facts as JSON, files by their path. Its library finds it by NOTES_URL and NOTES_TOKEN. */
export const notesApi: ProgramApiPlugin = {
  kind: "program-api",
  name: "notes",
  summary: "For tests",
  packages: [NOTES_PACKAGE],
  leaves: ["notes.log"],
  variables: ({ url, token }) => ({ NOTES_URL: url, NOTES_TOKEN: token, NOTES_STYLE: "brief" }),
  open: (log) => Promise.resolve(new Notes(log)),
};

class Notes implements ProgramApi {
  readonly #log: ProgramLog;

  constructor(log: ProgramLog) {
    this.#log = log;
  }

  async handle(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (pathname === "/metrics") {
      this.#log.metrics([{ at: 1, ...await request.json() }]);
      return new Response("ok\n");
    }
    if (pathname === "/facts") {
      this.#log.logged(await request.json());
      return new Response("ok\n");
    }
    const file = /^\/files\/(.+)$/.exec(pathname)?.[1];
    if (file !== undefined) {
      const path = `${this.#log.files}/${file}`;
      await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
      await Deno.writeFile(path, request.body ?? new Uint8Array());
      return new Response("ok\n");
    }
    const { run, project, stage, stageKey, params } = this.#log;
    return Response.json({ run, project, stage, stageKey, params });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }
}

/** What a program of these tests says to the API, by the standard library of Python alone. */
export const NOTES_PY = `
import json, os, urllib.error, urllib.request


def send(path, body=b"{}", token=os.environ.get("NOTES_TOKEN")):
    if not isinstance(body, (bytes, bytearray)):
        body = json.dumps(body).encode()
    request = urllib.request.Request(os.environ["NOTES_URL"] + path, data=body)
    request.add_header("Authorization", "Bearer %s" % token)
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()
`;
