/** What a group measures: subjects, each run in processes of its own. */
import {join} from 'node:path';
import {pathToFileURL} from 'node:url';
import type {Costs, Quantity} from './costs.ts';
import type {Section} from './section.ts';

/** One client, ready to be called. */
export interface Subject {
  /** One call, to its end. */
  readonly call: () => Promise<unknown>;
  /** How many requests one `call` makes (default: 1); costs are of one request. */
  readonly requests?: number;
  /** Makes calls wait for their answer, until the returned function is called. */
  readonly hold?: () => () => void;
  /** How many calls wait together (default: 20,000). */
  readonly waiting?: number;
  /** One call, to its end; gives how long its caller waited for the first content, in µs. */
  readonly waitForContent?: () => Promise<number>;
}

/** Where a subject runs. */
export interface Place {
  /** The root of the checkout whose steadfetch is measured. */
  readonly checkout: string;
  /** The URL of the server. */
  readonly url: string;
}

export interface SubjectDefinition {
  readonly name: string;
  /** Runs steadfetch: `bench:compare` measures it in both checkouts. */
  readonly ours?: true;
  readonly start: (place: Place) => Subject | Promise<Subject>;
}

/** How the CPU time of a group's subjects is measured. */
export interface Shape {
  /** After the warm-up. */
  readonly rounds: number;
  readonly callsPerRound: number;
  /** Calls in flight at a time. */
  readonly concurrency: number;
}

export interface Group {
  readonly name: string;
  readonly subjects: readonly SubjectDefinition[];
  readonly shape: Shape;
  readonly quantities: readonly Quantity[];
  /** The subject that the ratios of the group are to. */
  readonly base?: string;
  /** The least that a client with a timeout can cost. */
  readonly floor?: string;
  /** Which server the subjects call; without it they call a stub. */
  readonly server?: 'server' | 'grpc-server';
  readonly section: (costs: Costs) => Section;
}

/** The entry points that subjects use. */
interface Entries {
  readonly core: typeof import('../../src/core.ts');
  readonly fetch: typeof import('../../src/fetch.ts');
  readonly ky: typeof import('../../src/ky.ts');
  readonly redis: typeof import('../../src/redis.ts');
  readonly undici: typeof import('../../src/undici.ts');
  readonly grpc: typeof import('../../src/grpc.ts');
  readonly testing: typeof import('../../src/testing.ts');
}

/** Imports an entry point of the checkout that is measured. */
export async function entry<Name extends keyof Entries>({checkout}: Place, name: Name): Promise<Entries[Name]> {
  return import(pathToFileURL(join(checkout, `src/${name}.ts`)).href);
}
