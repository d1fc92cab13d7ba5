/**
 * OpenAI's SDK against a failing endpoint: alone, and over steadfetch.
 *
 * `npx node examples/model-client.ts` starts a local server that admits 20 requests a second and loads a model. It also sends overloads
 * inside streams, streams of pings, slow generations and broken connections. Both clients make the same calls. A second here stands for a
 * minute of a real day. The last line states what steadfetch guarantees; the exit code is 0 if it holds.
 */
import OpenAI from 'openai';
import {SystemClock} from '../src/core/system-clock.ts';
import {modelFetch, type PolicyInput} from '../src/models.ts';
import {columns} from './before-after/columns.ts';
import {ModelEndpoint} from './model-endpoint/endpoint.ts';
import type {Fault, Meeting} from './model-endpoint/faults.ts';
import {insufficientQuota, loading} from './model-endpoint/refusals.ts';
import {serve} from './model-endpoint/server.ts';

/** A job starts 60 calls at once. After them a user calls every 100 ms, 40 times. */
const JOB_CALLS = 60;
const USER_CALLS = 40;
const USER_GAP_MS = 100;
/** A caller aborts after this time, whatever its client does. */
const PATIENCE_MS = 10_000;
const TIMEOUT_MS = 3000;
const LOADED_AFTER_MS = 1500;
const TOKEN_MS = 6;
const LONG_ANSWER_TOKENS = 700;
const EMPTY_ACCOUNT = 'account-without-credit';

const policy: PolicyInput = {
  name: 'model-client',
  attemptTimeoutMs: TIMEOUT_MS,
  deadlineMs: PATIENCE_MS,
  stream: {firstContentMs: 1500},
  // The limit on the vendor's page. `learn` would find it, but slow down for a while after each overload.
  quota: {limits: [{unit: 'requests', max: 20, perMs: 1000}], learn: false},
};

interface Call {
  readonly prompt: string;
  readonly atMs: number;
  readonly account: string;
  readonly isStreamed: boolean;
  readonly maxTokens: number;
}

const calls: readonly Call[] = Array.from({length: JOB_CALLS + USER_CALLS}, (_, index) => ({
  prompt: `question ${index + 1}`,
  atMs: Math.max(0, index - JOB_CALLS) * USER_GAP_MS,
  account: index % 15 === 14 ? EMPTY_ACCOUNT : 'account-1',
  isStreamed: index % 2 === 1,
  maxTokens: index % 20 === 0 ? LONG_ANSWER_TOKENS : 16,
}));

/** Calls whose account has credit, so that they can be answered. */
const ANSWERABLE = calls.filter(({account}) => account !== EMPTY_ACCOUNT).length;

/**
 * The fault of a request, the same for both clients.
 *
 * @param elapsedMs Milliseconds since the server started.
 */
function faultOf({asked: {prompt}, client, arrival}: Meeting, elapsedMs: number): Fault | null {
  if (client === EMPTY_ACCOUNT) return {kind: 'refused', refusal: insufficientQuota};
  const number = Number(prompt.split(' ')[1]);
  if (number % 10 === 3 && elapsedMs < LOADED_AFTER_MS)
    return {kind: 'refused', refusal: loading((LOADED_AFTER_MS - elapsedMs) / 1000)};
  if (arrival > 1) return null;
  if (number === 10 || number === 40) return {kind: 'pings'};
  if (number % 12 === 2) return {kind: 'error event', error: 'overloaded', after: 'head'};
  if (number % 30 === 7) return {kind: 'reset', paid: false};
  return null;
}

export interface Summary {
  readonly client: string;
  readonly answered: number;
  readonly requests: number;
  /** Requests for which the model worked. */
  readonly paid: number;
  readonly seconds: number;
}

type Connect = (baseURL: string, apiKey: string) => OpenAI;

const clients: Readonly<Record<string, Connect>> = {
  'OpenAI SDK': (baseURL, apiKey) => new OpenAI({baseURL, apiKey, timeout: TIMEOUT_MS}),
  'OpenAI SDK over steadfetch': (baseURL, apiKey) => new OpenAI({baseURL, apiKey, maxRetries: 0, fetch: steadfetch}),
};

/** One client for all accounts and calls, so that they share breaker, budget and quota. */
const steadfetch = modelFetch(policy);

/** Runs both clients at the same time, each with its own server. */
export const compare = (): Promise<readonly Summary[]> =>
  Promise.all(Object.entries(clients).map(([name, connect]) => run(name, connect)));

async function run(client: string, connect: Connect): Promise<Summary> {
  const clock = new SystemClock();
  const start = clock.now();
  const endpoint = new ModelEndpoint({
    clock,
    limits: [{unit: 'requests', max: 20, perMs: 1000, refill: 'continuous'}],
    fault: meeting => faultOf(meeting, clock.now() - start),
    tokenMs: TOKEN_MS,
    pingMs: 250,
  });
  const server = await serve(endpoint);
  const results = await Promise.allSettled(
    calls.map(async call => {
      await new Promise(resolve => setTimeout(resolve, call.atMs));
      return ask(connect(`${server.origin}/v1`, call.account), call);
    }),
  );
  const seconds = (clock.now() - start) / 1000;
  await server.close();
  return {
    client,
    answered: results.filter(({status}) => status === 'fulfilled').length,
    requests: endpoint.arrivals.length,
    paid: endpoint.arrivals.filter(({paid}) => paid).length,
    seconds,
  };
}

/** The text of the answer. */
async function ask(client: OpenAI, {prompt, isStreamed, maxTokens}: Call): Promise<string> {
  const request = {model: 'model-1', messages: [{role: 'user' as const, content: prompt}], max_tokens: maxTokens};
  const options = {signal: AbortSignal.timeout(PATIENCE_MS)};
  if (!isStreamed) return (await client.chat.completions.create(request, options)).choices[0]!.message.content ?? '';
  let text = '';
  for await (const {choices} of await client.chat.completions.create({...request, stream: true}, options))
    text += choices[0]?.delta.content ?? '';
  return text;
}

export const introduction: string = `${calls.length} calls to a failing model endpoint; ${ANSWERABLE} of them can be answered.`;

export function tableOf(summaries: readonly Summary[]): string {
  const rows = summaries.map(({client, answered, requests, paid, seconds}) => [
    client,
    `${answered} of ${ANSWERABLE}`,
    `${requests}`,
    `${paid}`,
    `${seconds.toFixed(1)} s`,
  ]);
  const head = ['', 'answered', 'requests', 'paid', 'time'];
  return columns([head, ...rows], ['left', 'right', 'right', 'right', 'right']).join('\n');
}

/** Every answerable call is answered, and at most one generation in fifty is paid without an answer. */
export const isKept = ({answered, paid}: Summary): boolean => answered === ANSWERABLE && paid <= answered * 1.02;

if (import.meta.main) {
  console.log(`${introduction}\n`);
  const summaries = await compare();
  const ours = summaries.at(-1)!;
  console.log(tableOf(summaries));
  console.log(`\nsteadfetch: ${ours.answered} of ${ANSWERABLE} answered, ${ours.paid} generations paid`);
  process.exitCode = isKept(ours) ? 0 : 1;
}
