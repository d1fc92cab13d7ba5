/** Streams that a handler pipes into its response. */
import type {ServerResponse} from 'node:http';
import type {Readable} from 'node:stream';

/**
 * A source that is destroyed before its end does not end the response that it is piped into: without an error handler, the end never comes.
 *
 * @param stopped Called where a source was destroyed, after its other listeners.
 */
export function onStoppedSource(response: ServerResponse, stopped: () => void): void {
  const sources = new Set<Readable>();
  response.on('pipe', (source: Readable) => {
    const closed = (): void =>
      queueMicrotask(() => {
        if (sources.has(source) && source.readableEnded === false) stopped();
      });
    sources.add(source);
    if (source.closed) closed();
    else source.once('close', closed);
  });
  response.on('unpipe', (source: Readable) => sources.delete(source));
}
