/** A test of the suite and how two releases of radosgw do in it; tests beyond the listed ones have only {@link FURTHER_FIGURES}. */
export interface Selected {
  readonly group: string;
  /** Without the leading `test_`; parameters in brackets. */
  readonly name: string;
  readonly radosgw16?: boolean;
  readonly radosgw20?: boolean;
}

/** What the selection is of, beside the relevant tests: groups by the start of their names. */
const MORE: readonly { readonly group: string; readonly name: RegExp }[] = [
  { group: "object lock", name: /^object_lock_/ },
  { group: "post object", name: /^post_object_/ },
  { group: "cors", name: /^(set_)?cors(_|$)/ },
];

/** How many tests of those groups pass, of the suite's commit 8f0ae7b with boto3 1.40. */
export const FURTHER_FIGURES: Readonly<
  Record<string, { readonly radosgw16: number; readonly radosgw20: number }>
> = {
  "object lock": { radosgw16: 35, radosgw20: 39 },
  "post object": { radosgw16: 33, radosgw20: 34 },
  cors: { radosgw16: 10, radosgw20: 10 },
};

/** The relevant tests as they are listed, then all of the further groups that the suite's text defines. */
export async function selectTests(suiteText: string): Promise<Selected[]> {
  const listed = await listedTests();
  const known = new Set(listed.map(({ name }) => name));
  const defined = [...suiteText.matchAll(/^def test_(\w+)\(/gm)].map(([, name]) => name!);
  const further = MORE.flatMap(({ group, name: pattern }) =>
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
