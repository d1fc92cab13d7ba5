/** The first row for one column, call by call, for the picture of docs/model-endpoints.md: `node burst.ts <column>`. Its last line is JSON. */
import {VirtualClock} from '../../../src/testing.ts';
import {columns} from './columns.ts';
import {Lab} from './lab.ts';
import {install} from './virtual-globals.ts';

const SEED = 1;
const CALLS = 300;
const HOUR_MS = 3_600_000;

/** What became of the calls. */
export interface Burst {
  readonly calls: number;
  readonly requests: number;
  /** When each of the answered calls ended, in ms, ascending. */
  readonly answeredAt: readonly number[];
  /** When the last call ended, in ms. */
  readonly endedAt: number;
}

const column = columns.find(({id}) => id === process.argv[2])!;
const clock = new VirtualClock();
install(clock, SEED);
const burst = await clock.run(async (): Promise<Burst> => {
  const lab = new Lab(column, SEED, clock);
  lab.open({limits: [{unit: 'requests', max: 20, perMs: 1000, refill: 'window'}], hint: 'retry-after'});
  const client = await lab.connect();
  const calls = Array.from({length: CALLS}, (_, index) =>
    lab.within(HOUR_MS, lab.call(client, 'ask', `question ${index + 1}`)),
  );
  const ended = (await Promise.all(calls)).filter(one => one !== undefined);
  return {
    calls: CALLS,
    requests: lab.requests,
    answeredAt: ended.flatMap(({isAnswered, at}) => (isAnswered ? [Math.round(at)] : [])).sort((a, b) => a - b),
    endedAt: Math.round(Math.max(...ended.map(({at}) => at))),
  };
});
process.stdout.write(`\n${JSON.stringify(burst)}\n`, () => process.exit(0));
