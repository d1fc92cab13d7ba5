/** The port of event streams. `useStreams` of `steadfetch/features` implements it. */
import type {Pulse} from '../body/tracked-body.ts';
import type {AttemptResponse} from '../core/outcome.ts';
import type {StreamOwner} from './attempt-stream.ts';

/** Null before `useStreams`, and no policy with `stream` is taken then. */
export const streams: {
  /** Answers the attempt, now or later. False for a failure, for another content type, and for a body that cannot be read ahead. */
  begin: (<R extends AttemptResponse>(attempt: StreamOwner<R>, response: R) => boolean) | null;
  /** Says whether a chunk of the response brought data; null if every chunk counts as data. */
  pulseOf: ((response: AttemptResponse) => Pulse | null) | null;
} = {begin: null, pulseOf: null};
