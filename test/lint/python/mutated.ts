/** Python files with retries, and broken ones made of them by seed: lines and characters that are deleted, doubled or swapped. */

import {readdirSync, readFileSync} from 'node:fs';
import {seededRandom} from '../../../src/core/random.ts';

const folder = new URL('../judged-python/libraries/', import.meta.url);
const measured = JSON.parse(readFileSync(new URL('measured.json', import.meta.url), 'utf8')) as {
  readonly [group: string]: readonly (readonly [text: string])[];
};

const FILES: readonly (readonly [group: string, before: string, after: string])[] = [
  ['tenacity wait', 'from tenacity import *\n@retry(wait=', ', stop=stop_after_attempt(4))\ndef f(): ...\n'],
  ['tenacity stop', 'from tenacity import *\n@retry(stop=', ', wait=wait_fixed(1))\ndef f(): ...\n'],
  ['tenacity retry', 'from tenacity import *\nfor attempt in Retrying(retry=', '):\n    with attempt:\n        f()\n'],
  ['backoff', 'import backoff\n@backoff.on_exception(', ')\ndef f(): ...\n'],
  ['stamina', 'import stamina\n@stamina.retry(', ')\ndef f(): ...\n'],
  ['urllib3', 'from urllib3 import Retry\nx = Retry(', ')\n'],
  ['httpx-retries', 'import httpx_retries\nx = httpx_retries.Retry(', ')\n'],
  ['google-api-core', 'from google.api_core import retry\nx = retry.Retry(', ')\n'],
  ['celery', 'from celery import shared_task\n@shared_task(', ')\ndef f(): ...\n'],
];

/** Whole and sound ones. */
export const pythonFiles: readonly string[] = [
  ...readdirSync(folder)
    .filter(name => name.endsWith('.py'))
    .map(name => readFileSync(new URL(name, folder), 'utf8')),
  ...FILES.flatMap(([group, before, after]) => measured[group]!.map(([text]) => before + text + after)),
];

/** The n-th of the broken files. */
export function mutated(seed: number): string {
  const random = seededRandom(seed);
  const below = (count: number): number => Math.floor(random() * count);
  const text = pythonFiles[below(pythonFiles.length)]!;
  const isByLine = random() < 0.4;
  const parts = isByLine ? text.split('\n') : [...text];
  for (let times = 1 + below(4); times > 0 && parts.length > 1; times--) {
    const at = below(parts.length);
    const other = below(parts.length);
    const kind = below(3);
    if (kind === 0) parts.splice(at, 1);
    else if (kind === 1) parts.splice(at, 0, parts[at]!);
    else [parts[at], parts[other]] = [parts[other]!, parts[at]!];
  }
  return parts.join(isByLine ? '\n' : '');
}
