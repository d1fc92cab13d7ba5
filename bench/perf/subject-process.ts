/** One subject in a process of its own. Measures what its parent asks for, one request at a time. */
import {useFixedBreakers, useModelEndpoints} from '../../src/features.ts';
import type {Quantity} from './costs.ts';
import {median} from './statistics.ts';
import type {Group, Subject} from './subject.ts';

useFixedBreakers();
useModelEndpoints();

const [groupFile, subjectName, checkout, url] = process.argv.slice(2) as [string, string, string, string];
const {group} = (await import(groupFile)) as {group: Group};
const definition = group.subjects.find(({name}) => name === subjectName);
if (definition === undefined) throw new Error(`${group.name} has no subject ${subjectName}.`);
const subject = await definition.start({checkout, url});
const WARM_UP_ROUNDS = 100;
const WAITING = 20_000;
const LEFT = 20_000;
/** Less than the young generation holds at its smallest, so that nothing is collected within a round. */
const MOST_BYTES = 500_000;

const measures: Readonly<Record<Quantity | 'warm', () => Promise<number>>> = {
  warm: warmUp,
  cpu: () => cpuOfRound(subject),
  allocated: () => allocatedBy(subject),
  pending: () => heldBy(subject),
  left: () => leftBy(subject),
  content: () => waitOfRound(subject),
};

process.on('message', (wanted: Quantity | 'warm') => {
  measures[wanted]().then(
    figure => process.send!(figure),
    (error: unknown) => {
      console.error(`${group.name}, ${subjectName}:`, error);
      process.exit(1);
    },
  );
});
process.on('disconnect', () => process.exit());
process.send!('ready');

async function warmUp(): Promise<number> {
  for (let count = 0; count < WARM_UP_ROUNDS; count++) await cpuOfRound(subject);
  return WARM_UP_ROUNDS;
}

/** CPU microseconds of a request. */
async function cpuOfRound({call, requests = 1}: Subject): Promise<number> {
  const {callsPerRound, concurrency} = group.shape;
  const calls = Math.max(1, Math.round(callsPerRound / requests));
  let left = calls;
  const worker = async (): Promise<void> => {
    while (left-- > 0) await call();
  };
  const before = process.cpuUsage();
  await Promise.all(Array.from({length: Math.min(concurrency, calls)}, worker));
  const {user, system} = process.cpuUsage(before);
  return (user + system) / (calls * requests);
}

/** Microseconds until the first content: the median of a round, one call after the other. */
async function waitOfRound({waitForContent}: Subject): Promise<number> {
  const waits: number[] = [];
  for (let count = 0; count < group.shape.callsPerRound; count++) waits.push(await waitForContent!());
  return median(waits);
}

/** Heap bytes that a call allocates, in a round without a collection. */
async function allocatedBy({call}: Subject): Promise<number> {
  const round = async (calls: number): Promise<number> => {
    globalThis.gc!();
    const before = process.memoryUsage().heapUsed;
    for (let count = 0; count < calls; count++) await call();
    return (process.memoryUsage().heapUsed - before) / calls;
  };
  return round(Math.min(1000, Math.ceil(MOST_BYTES / Math.max(1, await round(100)))));
}

/** Heap bytes that a call keeps while it waits for its answer. */
async function heldBy({call, hold, waiting: count = WAITING}: Subject): Promise<number> {
  const release = hold!();
  globalThis.gc!();
  const before = process.memoryUsage().heapUsed;
  const waiting = Array.from({length: count}, call);
  await new Promise(resolve => setTimeout(resolve, 50));
  globalThis.gc!();
  const bytes = (process.memoryUsage().heapUsed - before) / count;
  release();
  await Promise.all(waiting);
  return bytes;
}

/** Heap bytes that a call leaves behind, once as many calls have been made before. */
async function leftBy({call, requests = 1}: Subject): Promise<number> {
  const round = async (): Promise<number> => {
    for (let count = 0; count < LEFT; count += requests) await call();
    globalThis.gc!();
    return process.memoryUsage().heapUsed;
  };
  const before = await round();
  return Math.max(0, ((await round()) - before) / LEFT);
}
