/** A client process: makes the calls of one client of each of its cells at their times, and records them. */
import {systemClock} from '../../../src/core/system-clock.ts';
import {sleep} from '../../../src/core/timer.ts';
import {randomStreams} from '../../../src/simulate/random-streams.ts';
import {readScenario} from '../../../src/simulate/scenario/read.ts';
import {arrivalsOf} from '../real-traffic.ts';
import {callerOf, watchHttp} from './callers.ts';
import {scenarioOf} from './cells.ts';
import {type ClientTask, endWithParent, received, type Start, sharedNow, watchLateness} from './processes.ts';

/** Calls of each adapter before the measurement. Without them, the first calls pause the process for a second on a busy machine. */
const WARM_UP_CALLS = 8;

endWithParent();
const {size, client, cells, warmUp} = await received<ClientTask>();
const byCell = Object.fromEntries(
  cells.map(({name}) => [name, {calls: [] as [at: number, isAnswered: boolean][], sends: [] as number[]}]),
);
const sent = (cell: string): void => void byCell[cell]?.sends.push(sharedNow());
watchHttp(sent);
const callers = cells.map(cell => ({...byCell[cell.name]!, durationMs: cell.durationMs, call: callerOf(cell, sent)}));
const scenario = readScenario(scenarioOf('hang', size)); // The longest one; the traffic of all is the same.
const arrivals = (await arrivalsOf(scenario, randomStreams(1))).filter(arrival => arrival.client === client);

for (const call of warmUp.map(cell => callerOf(cell, sent))) {
  for (let count = 0; count < WARM_UP_CALLS; count++) {
    if (!(await call())) throw new Error('A call failed that was to warm the process up.');
  }
}
const started = received<Start>();
process.send!('ready');
const {at: startsAt} = await started;
const lateness = watchLateness();
const under: Promise<void>[] = [];
for (const {atMs} of arrivals) {
  await sleep(systemClock, Math.max(0, startsAt + atMs - sharedNow()));
  for (const {call, calls, durationMs} of callers) if (atMs < durationMs) under.push(recorded(call, calls));
}
await Promise.all(under);
process.send!({byCell, lateMs: lateness()}, () => process.exit());

async function recorded(call: () => Promise<boolean>, calls: [at: number, isAnswered: boolean][]): Promise<void> {
  const at = sharedNow();
  calls.push([at, await call().catch(() => false)]);
}
