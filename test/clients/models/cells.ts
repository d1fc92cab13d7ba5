/** What an SDK gets of a failing endpoint, alone and over modelFetch: how many calls are answered, and how many requests were sent. */
import type {SteadfetchEvent} from '../../../src/core/events.ts';
import {modelFetch, type PolicyInput} from '../../../src/models.ts';
import {FastClock, SPEED} from '../fast-clock.ts';
import {type Answer, FaultServer, hang, json, reset, type SeenRequest} from '../fault-server.ts';
import type {Sdk} from './sdks.ts';

export type Column = 'alone' | 'ours';

export interface Situation {
  readonly faults?: readonly Answer[];
  /** In place of the vendor's answer. */
  answer?(sdk: Sdk, column: Column): Answer;
  /** Calls at once. Default: 1. */
  readonly calls?: number;
  readonly prompt?: string;
  /** Default: `ok`. */
  readonly text?: string;
  /** Added to the preset. */
  readonly policy?: PolicyInput;
  /** Aborted once the first request was refused. */
  readonly isAborted?: true;
  /** The SDK's own limit is minutes, so the cell has no column `alone`. */
  readonly onlyOurs?: true;
  /** Over modelFetch, of all calls. */
  readonly answered: number;
  /** Over modelFetch, the most that may be sent. */
  readonly mostSent: number;
}

export interface Course {
  readonly answered: number;
  readonly sent: readonly SeenRequest[];
}

/** Characters of a prompt or an answer. */
const LARGE = 'large '.repeat(500_000);
const LIMIT_MS = 20_000;
/** Real time that an SDK alone is given after its first request. */
const PATIENCE_MS = 6000;

const refused =
  (code: number, headers: Readonly<Record<string, string>> = {}): Answer =>
  response =>
    void response
      .writeHead(code, {'content-type': 'application/json', ...headers})
      .end(JSON.stringify({error: {message: 'refused', type: 'error', code: null}}));

/** Five requests a minute. Over modelFetch the minute is as fast as its clock. */
function perMinute(sdk: Sdk, column: Column): Answer {
  const windowMs = 60_000 / SPEED;
  const scale = column === 'ours' ? SPEED : 1;
  let [count, since] = [0, 0];
  return (response, request) => {
    const now = performance.now();
    if (now - since >= windowMs) [count, since] = [0, now];
    const leftS = Math.ceil(((windowMs - (now - since)) * scale) / 1000);
    const answer = count++ < 5 ? json(sdk.answer('ok')) : refused(429, {'retry-after': String(leftS)});
    return answer(response, request);
  };
}

const stallsInBody: Answer = response =>
  void response.writeHead(200, {'content-type': 'application/json', 'content-length': '100'}).write('{"id":');

export const situations: Readonly<Record<string, Situation>> = {
  'a 429 that names a second': {faults: [refused(429, {'retry-after': '1'})], answered: 1, mostSent: 2},
  'three 429s': {faults: [refused(429), refused(429), refused(429)], answered: 1, mostSent: 4},
  'a 400': {answer: () => refused(400), answered: 0, mostSent: 1},
  'a 401': {answer: () => refused(401), answered: 0, mostSent: 1},
  '3 MB, after a 429': {
    faults: [refused(429, {'retry-after': '1'})],
    prompt: LARGE,
    text: LARGE,
    answered: 1,
    mostSent: 2,
  },
  'an abort in the wait': {faults: [refused(429, {'retry-after': '100'})], isAborted: true, answered: 0, mostSent: 1},
  'a reset': {faults: [reset], answered: 1, mostSent: 2},
  'nothing but resets': {answer: () => reset, answered: 0, mostSent: 2},
  'a stall before the answer': {
    answer: () => hang,
    policy: {attemptTimeoutMs: LIMIT_MS},
    onlyOurs: true,
    answered: 0,
    mostSent: 1,
  },
  'a stall in the answer': {
    answer: () => stallsInBody,
    policy: {attemptTimeoutMs: LIMIT_MS, idleTimeoutMs: LIMIT_MS},
    onlyOurs: true,
    answered: 0,
    mostSent: 1,
  },
  '8 calls at once, 5 a minute': {answer: perMinute, calls: 8, answered: 8, mostSent: 16},
};

export async function courseOf(sdk: Sdk, situation: Situation, column: Column): Promise<Course> {
  const {faults = [], calls = 1, prompt = 'say ok', text = 'ok', policy, isAborted} = situation;
  const server = await FaultServer.start();
  server.answer = situation.answer?.(sdk, column) ?? json(sdk.answer(text));
  server.failNext(...faults);
  const events: SteadfetchEvent[] = [];
  const fetch = modelFetch(policy, {clock: new FastClock(), on: event => events.push(event)});
  const ask = sdk.connect(server.url, column === 'ours' ? fetch : undefined);
  const controller = new AbortController();
  const ended = Promise.all(
    Array.from({length: calls}, () =>
      ask(prompt, controller.signal).then(
        got => got === text,
        () => false,
      ),
    ),
  );
  if (isAborted) {
    const isWaiting = () =>
      column === 'ours' ? events.some(({type}) => type === 'retry.scheduled') : server.ledger.length > 0;
    while (!isWaiting()) await new Promise(setImmediate);
    controller.abort();
  }
  const answered = column === 'ours' ? await ended : await Promise.race([ended, noPatience(server)]);
  await server.close();
  return {answered: answered.filter(Boolean).length, sent: server.ledger};
}

async function noPatience({ledger}: FaultServer): Promise<boolean[]> {
  while (ledger.length === 0) await new Promise(resolve => setTimeout(resolve, 50));
  return new Promise(resolve => setTimeout(resolve, PATIENCE_MS, []));
}
