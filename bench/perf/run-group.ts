/**
 * Measures subjects side by side. Each runs in several processes; of each process the rounds of all subjects are interleaved in
 * shuffled order, so that whatever else the machine does falls on all of them alike. One process runs at a time.
 */
import {type ChildProcess, fork} from 'node:child_process';
import {once} from 'node:events';
import {fileURLToPath} from 'node:url';
import type {Quantity} from './costs.ts';
import {median, shuffled, typical} from './statistics.ts';
import type {Group} from './subject.ts';

/** One row of a run: a subject of the group, in one checkout. */
export interface Row {
  readonly name: string;
  readonly subject: string;
  readonly checkout: string;
}

export interface Effort {
  /** Of each row. */
  readonly processes: number;
  /** Rounds of each process, in place of the group's own number. */
  readonly rounds?: number | undefined;
}

type Samples = Map<Row, number[]>;

/** Calls `found` with one figure for each row and quantity. */
export async function runGroup(
  group: Group,
  rows: readonly Row[],
  {processes, rounds = group.shape.rounds}: Effort,
  found: (row: Row, quantity: Quantity, figure: number) => void,
): Promise<void> {
  const server = group.server === undefined ? null : await startServer(group.server);
  const samples = new Map(group.quantities.map(quantity => [quantity, [] as Samples[]]));
  for (let count = 0; count < processes; count++) {
    const children = await startAll(group, rows, server?.url ?? '');
    for (const quantity of group.quantities)
      samples.get(quantity)!.push(await measureAll(children, quantity, roundsOf(quantity, rounds)));
    for (const child of children.values()) child.disconnect();
  }
  server?.close();
  for (const [quantity, ofProcesses] of samples) {
    for (const row of rows) {
      const ofRow = ofProcesses.map(each => each.get(row)!);
      const isTime = quantity === 'cpu' || quantity === 'content';
      found(row, quantity, isTime ? typical(ofRow) : median(ofRow.map(median)));
    }
  }
}

/** Heap sizes vary little from round to round, and waiting calls take long to make. */
function roundsOf(quantity: Quantity, cpuRounds: number): number {
  return {cpu: cpuRounds, content: cpuRounds, allocated: 9, pending: 2, left: 1}[quantity];
}

async function startAll(group: Group, rows: readonly Row[], url: string): Promise<Map<Row, ChildProcess>> {
  const children = new Map<Row, ChildProcess>();
  for (const row of shuffled(rows)) {
    const args = [`./groups/${group.name}.ts`, row.subject, row.checkout, url];
    const child = fork(at('./subject-process.ts'), args, {
      execArgv: ['--expose-gc', '--disable-warning=ExperimentalWarning'],
    });
    await answerOf(child, row);
    await ask(child, 'warm', row);
    children.set(row, child);
  }
  return children;
}

async function measureAll(
  children: ReadonlyMap<Row, ChildProcess>,
  quantity: Quantity,
  rounds: number,
): Promise<Samples> {
  const samples: Samples = new Map([...children.keys()].map(row => [row, []]));
  for (let count = 0; count < rounds; count++) {
    for (const [row, child] of shuffled([...children])) samples.get(row)!.push(await ask(child, quantity, row));
  }
  return samples;
}

async function ask(child: ChildProcess, wanted: Quantity | 'warm', row: Row): Promise<number> {
  child.send(wanted);
  return Number(await answerOf(child, row));
}

/** The next message of a child; an error if it ends instead. */
async function answerOf(child: ChildProcess, row: Row): Promise<unknown> {
  const done = new AbortController();
  const ended = once(child, 'exit', {signal: done.signal}).then(([code]) => {
    throw new Error(`The process of ${row.name} ended with ${code}.`);
  });
  ended.catch(() => {});
  try {
    const [message] = (await Promise.race([once(child, 'message', {signal: done.signal}), ended])) as [unknown];
    return message;
  } finally {
    done.abort();
  }
}

/** Starts a server in a process of its own, so that its work is not counted. */
export async function startServer(name: string): Promise<{readonly url: string; close(): void}> {
  const child = fork(at(`./${name}.ts`));
  const [port] = await once(child, 'message');
  return {url: `http://127.0.0.1:${port}/items/1`, close: () => child.disconnect()};
}

function at(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}
