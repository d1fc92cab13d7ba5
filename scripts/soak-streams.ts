/** Responses read in every way there is, in a heap of 64 MB: what stays is compared with what plain fetch leaves. */
import {execFile} from 'node:child_process';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';

interface Left {
  readonly way: string;
  /** Heap bytes for each call. */
  readonly bytes: number;
  readonly listeners: number;
}

const HEAP_MB = 64;
const MAX_MB = 2;
const CLIENTS = ['fetch', 'fetch without time limits'];

/** @returns Lines for the page, with whether they held. */
export async function soakStreams(calls: number): Promise<(readonly [what: string, held: boolean])[]> {
  const plain = await probe('plain', calls);
  const lines: (readonly [string, boolean])[] = [];
  for (const client of CLIENTS) {
    const left = await probe(client, calls);
    const overs = left.map(({way, bytes}, index) => ({way, mb: ((bytes - plain[index]!.bytes) * calls) / 1e6}));
    const worst = overs.reduce((a, b) => (b.mb > a.mb ? b : a));
    const listeners = Math.max(...left.map(each => each.listeners));
    lines.push([
      `${client}: ${calls} responses in each of ${left.length} ways, in a heap of ${HEAP_MB} MB: at most ${worst.mb.toFixed(1)} MB more than plain fetch leaves (${worst.way}), limit ${MAX_MB} MB; listeners ${listeners}`,
      worst.mb <= MAX_MB && listeners === 0,
    ]);
  }
  return lines;
}

/** Fails where the heap does not suffice. */
async function probe(client: string, calls: number): Promise<Left[]> {
  const program = fileURLToPath(new URL('../test/endurance/stream-probe.ts', import.meta.url));
  const options = ['--expose-gc', `--max-old-space-size=${HEAP_MB}`, program, client, String(calls)];
  const {stdout} = await promisify(execFile)(process.execPath, options);
  return stdout
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as Left);
}
