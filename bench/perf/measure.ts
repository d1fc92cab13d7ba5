/** CPU time of work in this process, in interleaved and shuffled rounds. For work that takes milliseconds; calls are measured by run-group.ts. */
import {percentile, shuffled} from './statistics.ts';

export interface Candidate {
  readonly name: string;
  readonly run: () => Promise<unknown>;
}

export interface Cost {
  readonly name: string;
  /** The 10th percentile of the rounds. */
  readonly us: number;
}

export async function measure(candidates: readonly Candidate[], rounds: number): Promise<Cost[]> {
  const samples = new Map(candidates.map(({name}) => [name, [] as number[]]));
  for (const candidate of candidates) await cpuUs(candidate); // warm
  for (let count = 0; count < rounds; count++) {
    for (const candidate of shuffled(candidates)) samples.get(candidate.name)!.push(await cpuUs(candidate));
  }
  return candidates.map(({name}) => ({name, us: percentile(samples.get(name)!, 0.1)}));
}

export async function cpuUs({run}: Candidate): Promise<number> {
  const before = process.cpuUsage();
  await run();
  const {user, system} = process.cpuUsage(before);
  return user + system;
}
