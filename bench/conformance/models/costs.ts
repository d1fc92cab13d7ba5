/** What pacing and holding cost, in real time: `node costs.ts`. Its results are its last line. */
import {ModelEndpoint} from '../../../examples/model-endpoint/endpoint.ts';
import {serve} from '../../../examples/model-endpoint/server.ts';
import {SystemClock} from '../../../src/core/system-clock.ts';
import {createFetch} from '../../../src/core.ts';
import {useModelEndpoints} from '../../../src/features.ts';

useModelEndpoints();

export interface Costs {
  /** Microseconds that a call takes longer which a quota admits at once. */
  readonly pacingUs: number;
  /** The same for a quota that learns, which is the default. */
  readonly learningUs: number;
  /** Milliseconds by which the first content of a held stream comes later than over plain fetch. */
  readonly holdMs: number;
}

const ROUNDS = 200;
const CALLS_OF_ROUND = 500;
const STREAMS = 400;
/** Discarded at the beginning: the runtime compiles. */
const WARM_UP = 0.25;

const costs: Costs = {pacingUs: await pacingUs(false), learningUs: await pacingUs(true), holdMs: await holdMs()};
process.stdout.write(`\n${JSON.stringify(costs)}\n`);

async function pacingUs(learn: boolean): Promise<number> {
  const quota = {limits: [{unit: 'requests', max: 1_000_000_000, perMs: 1000}], learn} as const;
  const stub = async (): Promise<Response> => new Response(null);
  const [plain, paced] = [null, quota].map(quota => createFetch({quota}, {fetch: stub}));
  const round = async (fetch: typeof globalThis.fetch): Promise<void> => {
    for (let call = 0; call < CALLS_OF_ROUND; call++) await fetch('https://model.test/');
  };
  const differences = await alternated(
    ROUNDS,
    () => round(plain!),
    () => round(paced!),
  );
  return (differences * 1000) / CALLS_OF_ROUND;
}

async function holdMs(): Promise<number> {
  const endpoint = new ModelEndpoint({clock: new SystemClock(), latencyMs: 0});
  const server = await serve(endpoint);
  const first = async (fetch: typeof globalThis.fetch): Promise<void> => {
    const response = await fetch(`${server.origin}/v1/chat/completions`, {
      method: 'POST',
      body: JSON.stringify({messages: [{role: 'user', content: 'question'}], stream: true}),
    });
    const decoder = new TextDecoder();
    let text = '';
    for await (const chunk of response.body!) {
      text += decoder.decode(chunk, {stream: true});
      if (text.includes('This')) break;
    }
  };
  // Calls in a row would be paced: what pacing costs is measured above.
  const held = createFetch({extends: ['steadfetch:llm'], quota: null});
  const ms = await alternated(
    STREAMS,
    () => first(globalThis.fetch),
    () => first(held),
  );
  await server.close();
  return ms;
}

/** Runs both in turn; the difference of the tenth percentiles of their times, in milliseconds: what is slower, other programs slowed. */
async function alternated(rounds: number, one: () => Promise<unknown>, other: () => Promise<unknown>): Promise<number> {
  const times: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round++)
    for (const [index, work] of [one, other].entries()) {
      const start = performance.now();
      await work();
      if (round >= rounds * WARM_UP) times[index]!.push(performance.now() - start);
    }
  return tenthPercentile(times[1]) - tenthPercentile(times[0]);
}

function tenthPercentile(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 10)]!;
}
