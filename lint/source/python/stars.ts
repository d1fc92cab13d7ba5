/** What `from x import *` may bring in: of a module that is not known, any name but those of Python itself. */

/** Names of Python that loops are made of. */
export const isBuiltIn = (word: string): boolean => /^(?:float|int|len|max|min|pow|range|round|str|sum)$/.test(word);

/** Modules whose names are read, or are known not to be those of a retry. */
export const isKnownModule = (module: string): boolean =>
  /^(?:asyncio|math|os|random|time|typing|tenacity|backoff)\b/.test(module);
