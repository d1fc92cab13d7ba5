/** Peers are loaded by name, each in the process that tries it. */

// biome-ignore lint/suspicious/noExplicitAny: what a peer exports is known when it runs, not before.
export type Loaded = any;

export const load = async (name: string): Promise<Loaded> => import(name);
