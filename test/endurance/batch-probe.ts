/** Runs a batch of so many items, with or without a journal, and prints the memory in use after each tenth of it: `batch-probe.ts journal 1000000`. */

import {once} from 'node:events';
import {createReadStream, createWriteStream, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {createInterface} from 'node:readline';
import {runBatch} from '../../src/batch.ts';

const [kind, count] = process.argv.slice(2);
const COUNT = Number(count);
const folder = mkdtempSync(join(tmpdir(), 'steadfetch-million-'));
const input = join(folder, 'input.jsonl');
const hasJournal = kind === 'journal';

async function writeInput(): Promise<void> {
  const stream = createWriteStream(input);
  for (let n = 0; n < COUNT; n++)
    if (!stream.write(`{"custom_id":"r-${n}","body":{"text":"item ${n}"}}\n`)) await once(stream, 'drain');
  stream.end();
  await once(stream, 'close');
}

try {
  await writeInput();
  const heapMb: number[] = [];
  const bufferMb: number[] = [];
  let results = 0;
  await runBatch(createInterface({input: createReadStream(input)}), async (line: string) => line.length, {
    concurrency: 32,
    dedupe: hasJournal,
    keyOf: line => line,
    ...(hasJournal && {journal: join(folder, 'journal')}),
    onResult: () => {
      if (++results % (COUNT / 10) !== 0) return;
      globalThis.gc!();
      const {heapUsed, arrayBuffers} = process.memoryUsage();
      heapMb.push(heapUsed / 2 ** 20);
      bufferMb.push(arrayBuffers / 2 ** 20);
    },
  });
  console.log(JSON.stringify({heapMb, bufferMb, results}));
} finally {
  rmSync(folder, {recursive: true});
}
