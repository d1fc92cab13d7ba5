/** The same text for the same JSON, in whatever order its fields are written. */
export const canonical = (value: unknown, indent = 0): string =>
  JSON.stringify(
    value,
    (_, item) =>
      typeof item === 'object' && item !== null && !Array.isArray(item)
        ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
        : item,
    indent,
  );

export const equalJson = (a: unknown, b: unknown): boolean => canonical(a) === canonical(b);
