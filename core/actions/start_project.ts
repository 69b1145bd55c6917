import type { App } from "../app.ts";
import { PROJECT_FILE } from "../config/find_project.ts";
import { AeroError, UserError } from "../errors.ts";
import { parseName } from "../model/name.ts";
import { parseImageReference } from "../plugin/environment.ts";
import { locate } from "../source/locate.ts";
import { projectNameFrom, starterProject } from "./starter_project.ts";

/** A project that has been begun. */
export interface StartedProject {
  readonly type: "project";
  readonly project: string;
  /** Absolute path of aero.yaml. */
  readonly file: string;
  readonly image: string;
  /** Whether the directory is in a git repository. */
  readonly inRepository: boolean;
  /** What to type, in order. */
  readonly next: readonly { readonly run: string; readonly does: string }[];
}

/**
 * Writes the first aero.yaml of a project.
 *
 * @param request.directory Made if absent; from where aero was started.
 * @throws {UserError} `project_exists`, `name_invalid`, `image_reference_invalid`, `directory_unusable`.
 */
export async function startProject(
  app: App,
  request: { readonly directory: string; readonly name?: string; readonly image: string },
): Promise<StartedProject> {
  const image = parseImageReference(request.image);
  if (request.name !== undefined) parseName(request.name, "project");
  const directory = await openDirectory(app, request.directory);
  const project = request.name ?? projectNameFrom(directory) ?? "project";
  const file = `${directory}/${PROJECT_FILE}`;
  writeNew(file, starterProject({ project, image }));
  const inRepository = await isInRepository(directory);
  return {
    type: "project",
    project,
    file,
    image,
    inRepository,
    next: nextSteps(app, directory, inRepository),
  };
}

async function openDirectory(app: App, directory: string): Promise<string> {
  const path = directory.startsWith("/") ? directory : `${app.start}/${directory}`;
  try {
    await Deno.mkdir(path, { recursive: true });
    return await Deno.realPath(path);
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause;
    throw new UserError("directory_unusable", {
      what: `Cannot start a project in ${JSON.stringify(path)}`,
      why: cause.message,
    }, { cause });
  }
}

function writeNew(file: string, text: string): void {
  try {
    Deno.writeTextFileSync(file, text, { createNew: true });
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause;
    if (cause instanceof Deno.errors.AlreadyExists) {
      throw new UserError("project_exists", {
        what: "Cannot start a project",
        why: `${file} is there already`,
        fix: ["see what it says: `aero config show`", "see what is to be done: `aero status`"],
      }, { cause });
    }
    throw new UserError("directory_unusable", { what: `Cannot write ${file}`, why: cause.message }, {
      cause,
    });
  }
}

async function isInRepository(directory: string): Promise<boolean> {
  try {
    await locate(directory);
    return true;
  } catch (error) {
    if (error instanceof AeroError) return false;
    throw error;
  }
}

function nextSteps(app: App, directory: string, inRepository: boolean): StartedProject["next"] {
  const elsewhere = directory !== app.io.cwd;
  return [
    ...(elsewhere ? [{ run: `cd ${directory}`, does: "Go there" }] : []),
    { run: "aero dev", does: "Try the pipeline on this machine; nothing is recorded" },
    ...(inRepository ? [] : [{ run: "git init", does: "Runs are named by their commit, so they need git" }]),
    { run: "aero build", does: "Find the image, and write its digest to aero.lock" },
    { run: 'git add -A && git commit -m "Start"', does: "Commit it, with aero.lock" },
    { run: "aero run", does: "Run it, tracked" },
  ];
}
