/** The event stream of an attempt, if the policy sets `stream`. */
import type {ReadAhead} from '../body/response-bodies.ts';
import {StreamBeginning} from '../body/stream-beginning.ts';
import type {Pulse} from '../body/tracked-body.ts';
import type {AttemptResponse} from '../core/outcome.ts';
import {isEventStream} from '../decide/event-stream.ts';
import type {EventStream} from '../policy/types.ts';
import type {CallContext} from './context.ts';
import {acts} from './model-calls.ts';

export interface AttemptStream {
  readonly settings: EventStream;
  readonly ahead: ReadAhead;
  /** Knows whether a chunk brought data. */
  readonly beginning: StreamBeginning;
}

/** Not a field of the attempt: ten thousand attempts can wait, and most bring no stream. */
const streams = new WeakMap<AttemptResponse, AttemptStream>();

/** Says whether a chunk of the response brought data; null if every chunk counts as data. */
export const pulseOf = (response: AttemptResponse): Pulse | null => streams.get(response)?.beginning ?? null;

/** @returns Null for a failure, for another content type, and for a body that cannot be read ahead: the headers are then the answer. */
export function openStream<R extends AttemptResponse>(call: CallContext<R>, response: R): AttemptStream | null {
  const {plan, client, transport, method} = call;
  const {stream: settings} = plan.policy;
  if (settings === null || client.answers.isFailure(response.status) || !isEventStream(response.headers)) return null;
  const isAnswer = settings.commit === 'content' && response.status === 200 && method !== 'HEAD';
  const beginning = new StreamBeginning(settings.holdBytes, isAnswer);
  const ahead = transport.bodies.readAhead?.(response, beginning) ?? null;
  if (ahead === null) return null;
  // To hold what cannot be sent again gains nothing, and its first event names what was made.
  const stream = {settings: acts(call) ? ({...settings, commit: 'headers'} as const) : settings, ahead, beginning};
  streams.set(response, stream);
  return stream;
}
