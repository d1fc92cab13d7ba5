/**
 * How costs are measured: CPU time of this process, in interleaved and shuffled rounds, so that what else the machine does
 * falls on everybody alike. Absolute numbers mean nothing on a shared machine; the ratios of one run do.
 */

/** One thing to measure. */
export interface Candidate {
  readonly name: string;
  /** One call, to its end. */
  readonly call: () => Promise<unknown>;
  /** Before each of its rounds: switches what is global. */
  readonly before?: () => void;
}

export interface Cost {
  readonly name: string;
  /** CPU microseconds per call, the 20th percentile of the rounds. */
  readonly us: number;
}

export interface Shape {
  readonly rounds: number;
  readonly callsPerRound: number;
  /** Calls in flight at a time. */
  readonly concurrency: number;
}

export async function measure(candidates: readonly Candidate[], shape: Shape): Promise<Cost[]> {
  const samples = new Map(candidates.map(({name}) => [name, [] as number[]]));
  for (const candidate of candidates) await round(candidate, shape); // warm
  for (let count = 0; count < shape.rounds; count++) {
    for (const candidate of shuffled(candidates)) samples.get(candidate.name)!.push(await round(candidate, shape));
  }
  return candidates.map(({name}) => ({name, us: percentile(samples.get(name)!, 0.2)}));
}

async function round({call, before}: Candidate, {callsPerRound, concurrency}: Shape): Promise<number> {
  before?.();
  const start = cpuUs();
  let left = callsPerRound;
  const worker = async (): Promise<void> => {
    while (left-- > 0) await call();
  };
  await Promise.all(Array.from({length: concurrency}, worker));
  return (cpuUs() - start) / callsPerRound;
}

/** More than this at once would be collected meanwhile. */
const MOST_BYTES = 4_000_000;

/** Heap bytes one call allocates: the median of rounds in which no collection ran. Needs --expose-gc. */
export async function allocated(call: () => Promise<unknown>): Promise<number> {
  for (let count = 0; count < 10_000; count++) await call(); // Code that is not optimised yet allocates more.
  // As many calls as fit: what a round itself leaves is divided by their number.
  const calls = Math.min(1000, Math.ceil(MOST_BYTES / Math.max(1, await bytesOf(call, 100))));
  const samples: number[] = [];
  for (let count = 0; count < 9; count++) samples.push(await bytesOf(call, calls));
  return percentile(
    samples.filter(bytes => bytes > 0),
    0.5,
  );
}

async function bytesOf(call: () => Promise<unknown>, calls: number): Promise<number> {
  globalThis.gc!();
  const before = process.memoryUsage().heapUsed;
  for (let count = 0; count < calls; count++) await call();
  return (process.memoryUsage().heapUsed - before) / calls;
}

export function percentile(samples: readonly number[], share: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

function cpuUs(): number {
  const {user, system} = process.cpuUsage();
  return user + system;
}

export function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map(item => ({item, at: Math.random()}))
    .sort((a, b) => a.at - b.at)
    .map(({item}) => item);
}
