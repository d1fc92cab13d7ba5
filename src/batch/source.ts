/** The items of a batch. */
export type Items<Item> = Iterable<Item> | AsyncIterable<Item>;

export type Source<Item> = Iterator<Item> | AsyncIterator<Item>;

export function iteratorOf<Item>(items: Items<Item>): Source<Item> {
  return Symbol.asyncIterator in Object(items)
    ? (items as AsyncIterable<Item>)[Symbol.asyncIterator]()
    : (items as Iterable<Item>)[Symbol.iterator]();
}

/** Nothing more is wanted of it. It may be stuck, and is not waited for. */
export function closeSource(source: Source<unknown>): void {
  try {
    Promise.resolve(source.return?.()).catch(() => {});
  } catch {
    // A generator that throws while it is closed: its items were not wanted either.
  }
}
