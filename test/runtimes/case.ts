/** The cases that every runtime has to pass. They use only web APIs. */
import ky from 'ky';
import {createFetch, type PolicyInput, type Ports, type ResilientFetch, reportOf, resilience} from '../../src/core.ts';
import type {Seen} from './server.ts';

/** Where a case runs. */
export interface World {
  /** The origin of the page, if there is a page. */
  readonly here: string;
  /** The same server under another origin. */
  readonly there: string;
  /** A URL without a listening server. */
  readonly nowhere: string;
}

export interface Case {
  readonly name: string;
  /** Only where there are origins to keep apart. */
  readonly inBrowsers?: true;
  /** Throws where the runtime does not do as it should. */
  run(world: World, adapter: Adapter): Promise<void>;
}

/** Both adapters take what fetch takes. */
export type Adapter = (policy: PolicyInput, ports?: Ports) => ResilientFetch;

export const adapters: Readonly<Record<string, Adapter>> = {
  fetch: createFetch,
  ky: (policy, ports) => {
    const api = ky.extend({throwHttpErrors: false}).extend(resilience(policy, ports));
    return async (input, init) => api(input as string, init as object);
  },
};

let scripts = 0;

/** One endpoint of its own, and what it saw. */
export class Script {
  readonly url: string;
  readonly #seenUrl: string;

  constructor(origin: string, answers: string, cors: Readonly<Record<string, string>> = {}) {
    const id = `${Date.now().toString(36)}-${scripts++}-${Math.random().toString(36).slice(2)}`;
    this.url = `${origin}/script/${id}?${new URLSearchParams({answers, ...cors})}`;
    this.#seenUrl = `${origin}/seen/${id}`;
  }

  async seen(): Promise<readonly Seen[]> {
    return (await (await fetch(this.#seenUrl)).json()) as readonly Seen[];
  }

  /** Without preflights. */
  async sent(): Promise<readonly Seen[]> {
    return (await this.seen()).filter(({method}) => method !== 'OPTIONS');
  }

  /** Waits until the server has noticed that its client went. */
  async left(): Promise<void> {
    for (let round = 0; round < 50; round++) {
      if ((await this.sent()).some(({left}) => left)) return;
      await new Promise(resolve => setTimeout(resolve, 20));
    }
    throw new Error('The server still holds the connection.');
  }
}

export function equal(found: unknown, wanted: unknown, what: string): void {
  const [a, b] = [JSON.stringify(found), JSON.stringify(wanted)];
  if (a !== b) throw new Error(`${what}: ${a}, not ${b}`);
}

export function ok(holds: unknown, what: string): asserts holds {
  if (!holds) throw new Error(what);
}

/** Of ours, or of the runtime. */
export interface Thrown extends Error {
  readonly code?: string;
  readonly cause?: {readonly code?: string};
}

/** What a promise rejects with. */
export async function thrown(promise: Promise<unknown>): Promise<Thrown> {
  try {
    await promise;
  } catch (error) {
    return error as Thrown;
  }
  throw new Error('It did not reject.');
}

/** Ours, or ky's with ours as its cause. */
export const codeOf = (error: Thrown): string | undefined => error.cause?.code ?? error.code;

export const attemptsOf = (answer: unknown): number | undefined => reportOf(answer)?.attempts;

/** Waits that are over at once. */
export const AT_ONCE: PolicyInput = {backoff: {kind: 'constant', delayMs: 1, throttledBaseMs: 1}};
