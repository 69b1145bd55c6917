/** A test of the suite and how two releases of radosgw do in it; groups beyond the listed ones have no such figures. */
export interface Selected {
  readonly group: string;
  /** Without the leading `test_`; parameters in brackets. */
  readonly name: string;
  readonly radosgw16?: boolean;
  readonly radosgw20?: boolean;
}

/** What the selection is of, beside the relevant tests: groups by the start of their names. */
const MORE: readonly (readonly [group: string, name: RegExp])[] = [
  ["object lock", /^object_lock_/],
  ["post object", /^post_object_/],
  ["cors", /^(set_)?cors(_|$)/],
];

/** The relevant tests as they are listed, then all of the further groups that the suite's text defines. */
export async function selectTests(suiteText: string): Promise<Selected[]> {
  const listed = await listedTests();
  const known = new Set(listed.map(({ name }) => name));
  const defined = [...suiteText.matchAll(/^def test_(\w+)\(/gm)].map(([, name]) => name!);
  const further = MORE.flatMap(([group, pattern]) =>
    defined.filter((name) => pattern.test(name) && !known.has(name)).map((name) => ({ group, name }))
  );
  return [...listed, ...further];
}

async function listedTests(): Promise<Selected[]> {
  const text = await Deno.readTextFile(new URL("relevant_tests.tsv", import.meta.url));
  return text.split("\n").filter((line) => line !== "" && !line.startsWith("#")).map((line) => {
    const [group = "", name = "", in16, in20] = line.split("\t");
    return { group, name, radosgw16: in16 === "ok", radosgw20: in20 === "ok" };
  });
}
