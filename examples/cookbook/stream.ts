/**
 * Read a long stream
 *
 * A body that is read as a stream has no total limit: `idleTimeoutMs` bounds the silence between two chunks. After the first chunk was
 * delivered nothing is retried.
 */
import {createFetch} from '../../src/fetch.ts';

const fetch = createFetch({name: 'model', attemptTimeoutMs: 9000, idleTimeoutMs: 20_000});

export async function* readChunks(url: string): AsyncGenerator<string> {
  const response = await fetch(url);
  if (!response.ok || response.body === null) throw new Error(`The model answered ${response.status}`);
  const decoder = new TextDecoder();
  const reader = response.body.getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read())
    yield decoder.decode(part.value, {stream: true});
}
