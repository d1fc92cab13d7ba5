/** The situations of the comparison, each with the goal that steadfetch's design sets. */
import type {Fault, Meeting} from '../../../examples/model-endpoint/faults.ts';
import type {Limit} from '../../../examples/model-endpoint/hidden-quota.ts';
import {
  insufficientQuota,
  loading,
  overloaded,
  type Refusal,
  retryInfo,
} from '../../../examples/model-endpoint/refusals.ts';
import type {PolicyInput} from '../../../src/core.ts';
import {seededRandom} from '../../../src/testing.ts';
import type {Ended, ModelClient} from './client.ts';
import type {Lab} from './lab.ts';
import {type Goal, HOUR_MS, type Measured, measured, prompts, type Row} from './measured.ts';
import {steadyRows} from './rows-steady.ts';

export type {Measured, Row};

const BURST = 300;
const TWENTY_PER_SECOND: Limit = {unit: 'requests', max: 20, perMs: 1000, refill: 'window'};

const within =
  (requests: number, ms: number): Goal =>
  facts =>
    facts.answered === facts.calls && facts.requests <= requests && facts.ms !== null && facts.ms <= ms;

async function burst(lab: Lab, client: ModelClient, goal: Goal, count: number = BURST): Promise<Measured> {
  const calls = prompts(count).map(prompt => lab.within(HOUR_MS, lab.call(client, 'ask', prompt)));
  return measured(lab, count, await Promise.all(calls), goal);
}

/** One call, to which the first request meets a fault. */
async function one(
  lab: Lab,
  kind: 'ask' | 'stream',
  fault: (meeting: Meeting) => Fault | null,
  goal: Goal,
): Promise<Measured> {
  lab.open({fault});
  const client = await lab.connect();
  return measured(lab, 1, [await lab.within(HOUR_MS, lab.call(client, kind, 'question 1'))], goal);
}

const first =
  (fault: Fault) =>
  ({arrival}: Meeting): Fault | null =>
    arrival === 1 ? fault : null;

const refused = (refusal: Refusal): Fault => ({kind: 'refused', refusal});

/** So many calls at once to an account with so few requests a minute. */
const smallRate = (calls: number, perMinute: number): Row => ({
  id: `rate-${perMinute}`,
  title: `${calls} calls at once, ${perMinute} a minute`,
  setup: 'The bucket of the account refills evenly. The 429 says how long to wait.',
  goal: `all answered, ≤ ${Math.round(calls * 1.2)} requests`,
  async measure(lab) {
    lab.open({limits: [{unit: 'requests', max: perMinute, perMs: 60_000, refill: 'continuous'}], hint: 'retry-after'});
    return burst(lab, await lab.connect(), within(calls * 1.2, HOUR_MS), calls);
  },
});

/** Calls that come one after the other, and a share of attempts that the model has no capacity for. */
const overload = (share: number, least: number): Row => ({
  id: `overload-${share * 100}`,
  title: `${share * 100} % of attempts are refused for load`,
  setup: "600 calls, five a second; 529 with Anthropic's `overloaded_error`, at random.",
  goal: `${least * 100} % answered, ≤ ${Math.floor((600 * 1.1) / (1 - share))} requests`,
  async measure(lab) {
    const random = seededRandom(7);
    lab.open({fault: () => (random() < share ? refused(overloaded) : null)});
    const client = await lab.connect();
    const calls = prompts(600).map(async (prompt, index) => {
      await lab.pause(index * 200);
      return lab.within(HOUR_MS, lab.call(client, 'ask', prompt));
    });
    const goal: Goal = ({answered, requests}) => answered >= 600 * least && requests <= (600 * 1.1) / (1 - share);
    return measured(lab, 600, await Promise.all(calls), goal);
  },
});

/** Answered, and the second request no earlier than the server said. */
async function waitedFor(lab: Lab, refusal: Refusal, delayMs: number): Promise<Measured> {
  const facts = await one(lab, 'ask', first(refused(refusal)), ({answered}) => answered === 1);
  const early = lab.arrivals.slice(1).filter(({at}) => at < delayMs).length;
  return {...facts, goalMet: facts.goalMet && early === 0, ...(early === 0 ? {} : {note: `${early} too early`})};
}

const recovered: Goal = ({answered, calls}) => answered === calls;

export const rows: readonly Row[] = [
  {
    id: 'burst-hint',
    title: '300 calls at once, `Retry-After: 1`',
    setup: 'The account may make 20 requests in each second. The 429 says `Retry-After: 1`.',
    goal: 'all answered, ≤ 420 requests, ≤ 17 s',
    async measure(lab) {
      lab.open({limits: [TWENTY_PER_SECOND], hint: 'retry-after'});
      return burst(lab, await lab.connect(), within(420, 17_000));
    },
  },
  {
    id: 'burst-quota',
    title: 'the same, with a known quota',
    setup: 'As before; the policy states the quota.',
    goal: 'all answered, ≤ 303 requests, ≤ 16 s',
    async measure(lab) {
      if (!lab.column.isOurs) return null;
      lab.open({limits: [TWENTY_PER_SECOND], hint: 'retry-after'});
      const policy: PolicyInput = {quota: {limits: [{unit: 'requests', max: 20, perMs: 1000}]}};
      return burst(lab, await lab.connect(policy), within(303, 16_000));
    },
  },
  {
    id: 'burst-no-hint',
    title: '300 calls at once, no hint',
    setup: 'As before; neither the client nor the 429 knows how long to wait.',
    goal: 'all answered, ≤ 480 requests, ≤ 25 s',
    async measure(lab) {
      lab.open({limits: [TWENTY_PER_SECOND]});
      return burst(lab, await lab.connect(), within(480, 25_000));
    },
  },
  {
    id: 'batch',
    title: 'a batch of 300, no hint',
    setup:
      '64 calls at a time, 20 requests admitted in each second. steadfetch runs it with `runBatch`, the others with 64 callers.',
    goal: 'all answered, ≤ 22 s',
    async measure(lab) {
      lab.open({limits: [TWENTY_PER_SECOND]});
      const {batch} = lab.column;
      const ended = await (batch?.(lab.options(), prompts(BURST), 64) ?? workers(lab, prompts(BURST), 64));
      return measured(lab, BURST, ended, within(Number.POSITIVE_INFINITY, 22_000));
    },
  },
  smallRate(60, 30),
  smallRate(20, 10),
  {
    id: 'thousands',
    title: '3,000 calls at once, no limit',
    setup: 'The server admits all of them.',
    goal: 'all answered, ≤ 3,000 requests, ≤ 7 s',
    async measure(lab) {
      lab.open();
      return burst(lab, await lab.connect(), within(3000, 7000), 3000);
    },
  },
  overload(0.3, 0.995),
  overload(0.6, 0.95),
  {
    id: 'insufficient-quota',
    title: 'the account is used up',
    setup: 'Every request is answered 429 with the code `insufficient_quota`.',
    goal: '1 request',
    measure: lab =>
      one(
        lab,
        'ask',
        () => refused(insufficientQuota),
        ({requests, ms}) => requests === 1 && ms !== null,
      ),
  },
  {
    id: 'slow-generation',
    title: 'a generation of 130 s',
    setup: 'Not streamed; the answer comes after 130 s.',
    goal: 'answered, 1 paid',
    measure: lab =>
      one(
        lab,
        'ask',
        () => ({kind: 'slow', ms: 130_000}),
        ({answered, paid}) => answered === 1 && paid === 1,
      ),
  },
  {
    id: 'overload-event',
    title: 'an overload inside a stream',
    setup: 'The first stream has status 200 and begins with an error event; the second one has no fault.',
    goal: 'answered',
    measure: lab => one(lab, 'stream', first({kind: 'error event', error: 'overloaded', after: 'nothing'}), recovered),
  },
  {
    id: 'pings-only',
    title: 'a stream of pings',
    setup: 'The first stream has status 200 and sends a ping every 15 s and nothing else; the second one has no fault.',
    goal: 'answered',
    measure: lab => one(lab, 'stream', first({kind: 'pings'}), recovered),
  },
  {
    id: 'gemini-hint',
    title: 'a wait of 34 s in the body',
    setup: '429 with `google.rpc.RetryInfo`, as Gemini writes it.',
    goal: 'answered, never early',
    measure: lab => waitedFor(lab, retryInfo(34), 34_000),
  },
  {
    id: 'loading-hint',
    title: 'a wait of 44.5 s in the body',
    setup: '503 with `estimated_time`, as Hugging Face writes it while a model is loaded.',
    goal: 'answered, never early',
    measure: lab => waitedFor(lab, loading(44.5), 44_500),
  },
  {
    id: 'server-down',
    title: 'a server that is down',
    setup:
      'Connections are refused. Where steadfetch lies below the OpenAI SDK, both retry, and the policy has `nested: "yield"`.',
    goal: '≤ 4 requests',
    async measure(lab) {
      lab.open({fault: () => ({kind: 'down'})});
      const policy = {nested: 'yield'} as const;
      const client = await (lab.column.nested ?? lab.column.connect)(lab.options(policy));
      const ended = await lab.within(HOUR_MS, lab.call(client, 'ask', 'question 1'));
      return measured(lab, 1, [ended], ({requests, ms}) => requests <= 4 && ms !== null);
    },
  },
  {
    id: 'shared-quota',
    title: '8 clients, one hidden quota',
    setup:
      '40 requests a second are admitted. Each client has 16 callers, who ask again as soon as they have an answer, and 1 s after a failure. Measured over the second minute. steadfetch has `maxAttempts: 8`.',
    goal: 'no call lost, ≥ 90 % of the quota, Jain index ≥ 0.95',
    async measure(lab) {
      lab.open({limits: [{unit: 'requests', max: 40, perMs: 1000, refill: 'continuous'}]});
      const policy: PolicyInput = {maxAttempts: 8};
      return crowd(lab, policy);
    },
  },
  ...steadyRows,
];

/** So many calls at a time. */
async function workers(lab: Lab, asked: readonly string[], atOnce: number): Promise<readonly Ended[]> {
  const client = await lab.connect();
  const left = [...asked];
  const ended: Ended[] = [];
  const work = async (): Promise<void> => {
    for (let prompt = left.shift(); prompt !== undefined; prompt = left.shift())
      ended.push(await lab.call(client, 'ask', prompt));
  };
  await Promise.all(Array.from({length: atOnce}, work));
  return ended;
}

const CLIENTS = 8;
const CALLERS = 16;
const FROM_MS = 60_000;
const UNTIL_MS = 120_000;

/** A caller whose call failed asks its next question after so long. */
const AFTER_FAILURE_MS = 1000;

/** Callers that ask one question after the other. */
async function crowd(lab: Lab, policy: PolicyInput): Promise<Measured> {
  const ended: Ended[] = [];
  let calls = 0;
  const caller = async (client: ModelClient): Promise<void> => {
    while (lab.clock.now() < UNTIL_MS) {
      const call = lab.call(client, 'ask', `question ${++calls}`);
      const end = await lab.within(HOUR_MS, call);
      if (end === undefined) return;
      ended.push(end);
      if (!end.isAnswered) await lab.pause(AFTER_FAILURE_MS);
    }
  };
  const keys = Array.from({length: CLIENTS}, (_, index) => `key-${index + 1}`);
  const clients = await Promise.all(keys.map(key => lab.connect(policy, key)));
  await Promise.all(clients.flatMap(client => Array.from({length: CALLERS}, () => caller(client))));
  const inTime = lab.arrivals.filter(({at, paid}) => paid && at >= FROM_MS && at < UNTIL_MS);
  const used = inTime.length / ((UNTIL_MS - FROM_MS) * 0.04);
  const shares = keys.map(key => inTime.filter(({client}) => client === key).length);
  const fairness = jain(shares);
  const goal: Goal = ({answered}) => answered === calls && used >= 0.9 && fairness >= 0.95;
  const note = `${Math.round(used * 1000) / 10} % of the quota, Jain index ${fairness.toFixed(3)}`;
  return measured(lab, calls, ended, goal, note);
}

/** 1: all have the same share; 1 / n: one has all. */
export function jain(shares: readonly number[]): number {
  const sum = shares.reduce((total, share) => total + share, 0);
  const squares = shares.reduce((total, share) => total + share * share, 0);
  return squares === 0 ? 0 : (sum * sum) / (shares.length * squares);
}
