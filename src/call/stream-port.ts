/** The port of event streams. `useStreams` of `steadfetch/features` implements it. */
import type {Pulse} from '../body/tracked-body.ts';
import type {AttemptResponse} from '../core/outcome.ts';
import type {AttemptStream} from './attempt-stream.ts';
import type {CallContext} from './context.ts';

/** Null before `useStreams`, and no policy with `stream` is taken then. */
export const streams: {
  /** Null for a failure, for another content type, and for a body that cannot be read ahead: the headers are then the answer. */
  open: (<R extends AttemptResponse>(call: CallContext<R>, response: R) => AttemptStream | null) | null;
  /** Says whether a chunk of the response brought data; null if every chunk counts as data. */
  pulseOf: ((response: AttemptResponse) => Pulse | null) | null;
} = {open: null, pulseOf: null};
