/** How far it is: a bar on a terminal, and elsewhere a line for what cannot wait. */
import {SingleBar} from 'cli-progress';
import type {BatchEvent} from '../batch/types.ts';
import type {SteadfetchEvent} from '../core/events.ts';

export interface Progress {
  tell(event: BatchEvent | SteadfetchEvent): void;
  end(): void;
}

export function progressOn(stream: NodeJS.WriteStream, total: number): Progress {
  return stream.isTTY ? bar(stream, total) : notices(stream);
}

const FORMAT = '{bar} {percentage} % | {value} of {total} | {failed} failed | {eta_formatted} left {note}';

function bar(stream: NodeJS.WriteStream, total: number): Progress {
  const shown = new SingleBar({
    stream,
    format: FORMAT,
    hideCursor: true,
    clearOnComplete: true,
    gracefulExit: false, // Ctrl-C is ours: it waits for what is on the wire.
    etaBuffer: 1000,
    fps: 5,
  });
  shown.start(total, 0, {failed: 0, note: ''});
  return {
    tell(event) {
      const note = noteOf(event);
      if (note !== undefined) shown.update({note: `| ${note}`});
      if (event.type !== 'item.end') return;
      const {finished, failed} = event.progress;
      shown.update(finished, {failed, ...(event.source === 'sent' && event.failure === null && {note: ''})});
    },
    end: () => shown.stop(),
  };
}

function notices(stream: NodeJS.WritableStream): Progress {
  let last = '';
  return {
    tell(event) {
      const note = noteOf(event);
      // Every request that is held says so; a reader has understood at the first.
      const kind = event.type + (event.type === 'batch.held' ? event.reason.replaceAll(/\d+/g, '') : '');
      if (note !== undefined && kind !== last) stream.write(`steadfetch batch: ${note}\n`);
      if (event.type !== 'item.end' || event.failure === null) last = event.type === 'item.end' ? '' : kind;
    },
    end() {},
  };
}

function noteOf(event: BatchEvent | SteadfetchEvent): string | undefined {
  switch (event.type) {
    case 'batch.held':
      return `held for ${Math.ceil(event.waitMs / 1000)} s: ${event.reason}`;
    case 'batch.draining':
      return `${event.reason}: nothing more is sent, ${event.requests} on the wire are waited for`;
    default:
      return undefined;
  }
}
