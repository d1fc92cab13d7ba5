/** Runs a scenario in real time: real clients, and `steadfetch chaos` as a process of its own, as users run it. */
import {spawn} from 'node:child_process';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {createInterface} from 'node:readline';
import {fileURLToPath} from 'node:url';
import type {FaultServerCounts} from '../../src/chaos/counts.ts';
import type {PolicyInput} from '../../src/policy/types.ts';
import type {Scenario} from '../../src/simulate/scenario/types.ts';
import {type RealResult, realTraffic} from './real-traffic.ts';

/**
 * A process that did nothing for longer than this measures the machine. Every scenario leaves more between its usual latencies and the time
 * limits of its policy, so a single pause changes nothing.
 */
export const TOLERATED_MS = 400;

export interface RealRun {
  readonly real: RealResult;
  /** Requests that the server received. */
  readonly received: number;
  /** Where the endpoints were, in their order. */
  readonly urls: readonly string[];
  /** The longest time for which a process did nothing, in ms. */
  readonly lateMs: number;
}

/** @param policy Its endpoints are those of the scenario, in their order; their origins become those of the server. */
export async function runReal(policy: PolicyInput, scenario: Scenario): Promise<RealRun> {
  const folder = mkdtempSync(join(tmpdir(), 'steadfetch-truth-'));
  const file = join(folder, 'scenario.json');
  writeFileSync(file, JSON.stringify(scenario));
  const child = spawn(process.execPath, ['--no-warnings', PROGRAM, 'chaos', file, '--port', '0', '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const lines = createInterface({input: child.stdout})[Symbol.asyncIterator]();
    const {url, endpoints} = JSON.parse((await lines.next()).value as string) as Listening;
    const urls = endpoints.map(endpoint => endpoint.url);
    const real = await realTraffic(policyAt(urls, policy), scenario, url);
    child.kill('SIGINT');
    const {received, lateMs} = JSON.parse((await lines.next()).value as string) as Summary;
    return {real, received, urls, lateMs: Math.max(real.lateMs, lateMs.max)};
  } finally {
    child.kill('SIGKILL');
    rmSync(folder, {recursive: true});
  }
}

function policyAt(urls: readonly string[], policy: PolicyInput): PolicyInput {
  const {endpoints} = policy;
  if (endpoints === undefined || endpoints === null) return policy;
  return {...policy, endpoints: endpoints.map((endpoint, index) => ({...endpoint, origin: urls[index]!}))};
}

interface Listening {
  readonly url: string;
  readonly endpoints: readonly {readonly url: string}[];
}

type Summary = FaultServerCounts & {readonly lateMs: {readonly max: number}};

const PROGRAM = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
