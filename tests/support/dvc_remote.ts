import assert from "node:assert/strict";
import type { ObjectServerAddress } from "./object_client.ts";

/**
 * Lets DVC keep a directory in a bucket that is there, forget its own copy and get it back.
 *
 * @param program The program `dvc`, with what it needs for S3.
 * @param data Directory of files; made again at the same place by DVC.
 */
export async function useDvcRemote(
  program: string,
  server: ObjectServerAddress,
  bucket: string,
  project: string,
  data: string,
): Promise<void> {
  const dvc = async (...args: string[]) => {
    const { success, stdout, stderr } = await new Deno.Command(program, {
      args,
      cwd: project,
      // What a person has set for other servers must not count.
      clearEnv: true,
      env: dvcEnvironment(server, project),
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).output();
    const text = new TextDecoder();
    assert(success, `dvc ${args.join(" ")}\n${text.decode(stdout)}${text.decode(stderr)}`);
  };
  await dvc("init", "--no-scm", "--quiet");
  await dvc("config", "core.analytics", "false");
  await dvc("remote", "add", "--default", "there", `s3://${bucket}/dvc`);
  await dvc("remote", "modify", "there", "endpointurl", server.endpoint);
  await dvc("add", "--quiet", data);
  await dvc("push", "--quiet");
  await Deno.remove(`${project}/.dvc/cache`, { recursive: true });
  await Deno.remove(`${project}/${data}`, { recursive: true });
  await dvc("pull", "--quiet");
}

/** Variables by which DVC reaches a server, and keeps to one directory. */
export function dvcEnvironment(server: ObjectServerAddress, directory: string): Record<string, string> {
  return {
    PATH: "/usr/bin:/bin",
    LC_ALL: "C.UTF-8",
    HOME: directory,
    XDG_CACHE_HOME: `${directory}/.cache`,
    DVC_SITE_CACHE_DIR: `${directory}/.site`,
    DVC_NO_ANALYTICS: "1",
    AWS_ACCESS_KEY_ID: server.accessKey,
    AWS_SECRET_ACCESS_KEY: server.secret,
    AWS_DEFAULT_REGION: server.region,
    AWS_EC2_METADATA_DISABLED: "true",
  };
}
