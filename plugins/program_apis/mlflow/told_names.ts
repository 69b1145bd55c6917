/** What a name that holds no other run's names is called. */
type NewPart = (part: string) => string;

/**
 * What params, metrics and tags of the run that aero knows are called where they are told: as the program calls them, but
 * for those that would stand among the ones of a further run, which begin with `<its name>/`. What comes later makes
 * way: these begin with `<its name>-2/`, as its files do.
 */
export class ToldNames {
  readonly #further = new Set<string>();
  readonly #given = new Map<string, string>();
  readonly #newPart: NewPart;

  /** @param newPart Gives a name like its argument that nothing begins with. */
  constructor(newPart: NewPart) {
    this.#newPart = newPart;
  }

  /** From now on, what begins with `part` and a slash is of a further run. */
  reserve(part: string): void {
    this.#further.add(part);
  }

  /** What `name` is called; always the same. */
  of(name: string): string {
    const slash = name.indexOf("/");
    if (slash < 0) return name;
    const part = name.slice(0, slash);
    return (this.#given.get(part) ?? this.#make(part)) + name.slice(slash);
  }

  #make(part: string): string {
    if (!this.#further.has(part)) return part;
    const made = this.#newPart(part);
    this.#given.set(part, made);
    this.#further.add(made);
    return made;
  }
}
