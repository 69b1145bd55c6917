/**
 * Runs `work` on what a stream gives, at most `limit` at once, and gives the results as they come.
 *
 * @throws The first failure, once all work that had begun has ended.
 */
export async function* mapStream<Item, Result>(
  items: AsyncIterable<Item> | Iterable<Item>,
  limit: number,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<Result> {
  const running = new Set<Promise<void>>();
  const done: Result[] = [];
  const failures: unknown[] = [];
  const settle = async () => {
    await Promise.race(running);
    if (failures.length > 0) throw failures[0];
  };
  try {
    for await (const item of items) {
      if (failures.length > 0) throw failures[0];
      const one: Promise<void> = work(item)
        .then((result) => void done.push(result), (error) => void failures.push(error))
        .finally(() => running.delete(one));
      running.add(one);
      if (running.size >= Math.max(limit, 1)) await settle();
      yield* done.splice(0);
    }
    while (running.size > 0) {
      await settle();
      yield* done.splice(0);
    }
    if (failures.length > 0) throw failures[0];
    yield* done;
  } finally {
    await Promise.all(running);
  }
}
