/**
 * Calls a server that fails at random, through every adapter, for minutes: no call may be lost, no effect repeated, nothing may
 * grow. Then reads responses in every way there is. Writes its section of docs/reliability.md.
 *
 * Usage: npm run soak -- --minutes 10 --streams 12000
 */
import {spawn} from 'node:child_process';
import {getEventListeners, once, setMaxListeners} from 'node:events';
import {parseArgs} from 'node:util';
import {writeSection} from './section.ts';
import {CLIENTS, closeClients, counts, WORKERS_PER_DOOR, work} from './soak-load.ts';
import {soakStreams} from './soak-streams.ts';

interface Sample {
  readonly seconds: number;
  readonly heapMb: number;
  readonly rssMb: number;
  readonly sockets: number;
  readonly timers: number;
  readonly listeners: number;
}

const {values} = parseArgs({
  options: {minutes: {type: 'string', default: '10'}, streams: {type: 'string', default: '12000'}},
});
const minutes = Number(values.minutes);
const WORKERS = WORKERS_PER_DOOR * Object.keys(CLIENTS).length;
const SAMPLES = 60;
/** Longer than any call can take. */
const GRACE_MS = 40_000;

let unhandled = 0;
process.on('unhandledRejection', () => unhandled++);

const program = new URL('soak-server.ts', import.meta.url).pathname;
const server = spawn(process.execPath, [program], {stdio: ['ignore', 'pipe', 'inherit']});
const [port] = await once(server.stdout, 'data');
const url = `http://127.0.0.1:${Number(port)}/`;

const {signal} = new AbortController();
setMaxListeners(0, signal);
const startedAt = performance.now();
const endsAt = startedAt + minutes * 60_000;
const samples: Sample[] = [];
const sampler = setInterval(() => samples.push(sample()), (minutes * 60_000) / SAMPLES);
const workers = Object.values(CLIENTS).flatMap(client =>
  Array.from({length: WORKERS_PER_DOOR}, () => work(client, url, endsAt, signal)),
);
const grace = new Promise(resolve => setTimeout(resolve, minutes * 60_000 + GRACE_MS).unref());
await Promise.race([Promise.all(workers), grace]); // Lost calls would keep their workers for ever.
clearInterval(sampler);
const numbers = (await (await globalThis.fetch(`${url}numbers`)).json()) as {requests: number; duplicates: number};
await closeClients();
await new Promise(resolve => setTimeout(resolve, 1000)); // What was dropped is read to its end, a second at most.
const last = sample();

server.kill();

const checks = [...checkCalls(), ...checkGrowth(), ...(await soakStreams(Number(values.streams)))];
report(checks);
for (const [what, held] of checks) console.log(`${held ? 'ok  ' : 'FAIL'} ${what}`);
process.exitCode = checks.every(([, held]) => held) ? 0 : 1;

function sample(): Sample {
  globalThis.gc!();
  const {heapUsed, rss} = process.memoryUsage();
  const kinds = process.getActiveResourcesInfo();
  const countOf = (kind: string): number => kinds.filter(each => each === kind).length;
  return {
    seconds: Math.round((performance.now() - startedAt) / 1000),
    heapMb: heapUsed / 1e6,
    rssMb: rss / 1e6,
    sockets: countOf('TCPSocketWrap'),
    timers: countOf('Timeout'),
    listeners: getEventListeners(signal, 'abort').length,
  };
}

type Check = readonly [what: string, held: boolean];

function checkCalls(): Check[] {
  const {calls, settled, ended} = counts;
  return [
    [`lost calls: ${calls - settled}`, settled === calls],
    [`calls whose end was reported, of ${calls}: ${ended}`, ended === calls],
    [`duplicated side effects: ${numbers.duplicates}`, numbers.duplicates === 0],
    [`unhandled rejections: ${unhandled}`, unhandled === 0],
  ];
}

/** The first third warms up. After it the heap may breathe, but its middle must not rise from the second third to the last. */
function checkGrowth(): Check[] {
  const third = Math.floor(samples.length / 3);
  const before = median(samples.slice(third, 2 * third).map(({heapMb}) => heapMb));
  const after = median(samples.slice(2 * third).map(({heapMb}) => heapMb));
  const limit = before * 1.05 + 1;
  const most = (of: 'sockets' | 'timers'): number => Math.max(...samples.map(each => each[of]));
  return [
    [
      `heap: median of the last third ${mb(after)}, of the third before ${mb(before)}, limit ${mb(limit)}`,
      after <= limit,
    ],
    [`most sockets at once ${most('sockets')}, workers ${WORKERS}`, most('sockets') <= 2 * WORKERS],
    [`most timers at once ${most('timers')}`, most('timers') <= 2 * WORKERS],
    [`left at the end: listeners ${last.listeners}, timers ${last.timers}`, last.listeners === 0 && last.timers === 0],
  ];
}

function report(held: readonly Check[]): void {
  const {calls, attempts, hedges, succeeded, aborted} = counts;
  const share = (part: number): string => `${((100 * part) / calls).toFixed(2)} %`;
  const rows = [...samples.filter((_, index) => index % 5 === 4), last];
  writeSection('npm run soak', [
    `${minutes} ${minutes === 1 ? 'minute' : 'minutes'}, measured ${new Date().toISOString().slice(0, 10)} on Node ${process.versions.node}: ${WORKERS} workers, as many at`,
    `fetch, ky and undici each, one call after another. ${calls} calls, ${attempts} attempts, ${hedges} of them hedges;`,
    `${share(succeeded)} answered with success, ${share(aborted)} aborted by their callers.`,
    '',
    ...held.map(([what, ok]) => `- ${ok ? 'held' : '**failed**'}: ${what}`),
    '',
    '| second | heap | resident | sockets | timers | listeners |',
    '|---|---|---|---|---|---|',
    ...rows.map(
      ({seconds, heapMb, rssMb, sockets, timers, listeners}) =>
        `| ${seconds} | ${mb(heapMb)} | ${mb(rssMb)} | ${sockets} | ${timers} | ${listeners} |`,
    ),
  ]);
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]!;
}

function mb(value: number): string {
  return `${value.toFixed(1)} MB`;
}
