import { subjectOrSkip } from "./must_run.ts";
import type { ObjectServerAddress } from "./object_client.ts";

/** The radosgw that `deno task services up ceph` tells of; without it the tests that ask are left out. */
export async function cephOrSkip(): Promise<ObjectServerAddress | undefined> {
  const found = await subjectOrSkip("ceph", async () => {
    const [endpoint, region, accessKey, secret] = ["ENDPOINT", "REGION", "ACCESS_KEY", "SECRET"].map(
      (name) => {
        const value = Deno.env.get(`AERO_TEST_CEPH_${name}`);
        if (value === undefined) throw new Error(`AERO_TEST_CEPH_${name} is not set`);
        return value;
      },
    ) as [string, string, string, string];
    await (await fetch(endpoint)).body?.cancel();
    return { endpoint, region, accessKey, secret };
  });
  return "subject" in found ? found.subject : undefined;
}
