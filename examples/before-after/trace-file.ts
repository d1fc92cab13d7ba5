/** Leaves spans in a file that the Upload tab of Jaeger UI opens (OTLP JSON, Jaeger UI 1.39 and later). */
import {writeFile} from 'node:fs/promises';
import type {ResourceSpans} from './otlp.ts';

export async function writeTraceFile(path: string, resourceSpans: readonly ResourceSpans[]): Promise<void> {
  await writeFile(path, `${JSON.stringify({resourceSpans})}\n`);
}
