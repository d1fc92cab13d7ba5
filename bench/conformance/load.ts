/** Loads peers by name, each in the process that runs it. */

// biome-ignore lint/suspicious/noExplicitAny: the exports of a peer are known only at run time.
export type Loaded = any;

export const load = async (name: string): Promise<Loaded> => import(name);
