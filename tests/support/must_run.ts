/** Names in `AERO_TEST_MUST_RUN`: `podman,docker`. */
export function mustRun(list: string | undefined = Deno.env.get("AERO_TEST_MUST_RUN")): Set<string> {
  return new Set((list ?? "").split(",").map((name) => name.trim()).filter((name) => name !== ""));
}

/** A subject that could be opened, or the reason why it could not. */
export type SubjectOrReason<Subject> = { readonly subject: Subject } | { readonly skipped: string };

/**
 * Opens what a test needs from the machine, or says why the test cannot run.
 *
 * @param name As `AERO_TEST_MUST_RUN` names it; if it is there, a subject that cannot be opened fails the test.
 * @param open Rejects if this machine does not offer the subject.
 */
export async function subjectOrSkip<Subject>(
  name: string,
  open: () => Promise<Subject>,
  options: { readonly list?: string; readonly tell?: (line: string) => void } = {},
): Promise<SubjectOrReason<Subject>> {
  try {
    return { subject: await open() };
  } catch (error) {
    if (mustRun(options.list).has(name)) throw error;
    const message = error instanceof Error ? error.message : JSON.stringify(error);
    const skipped = `${name}: ${message.replaceAll(/\s+/g, " ")}`;
    // deno-lint-ignore no-console -- the account at the end of `deno task test` lists these lines
    (options.tell ?? console.log)(`SKIP ${skipped}`);
    return { skipped };
  }
}
