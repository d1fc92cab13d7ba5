/** The event stream of an attempt, if the policy sets `stream`. */
import type {ReadAhead} from '../body/response-bodies.ts';
import {type BeginningEnd, StreamBeginning} from '../body/stream-beginning.ts';
import type {Pulse} from '../body/tracked-body.ts';
import {noteFirstContent} from '../client/observe.ts';
import type {AttemptObserver} from '../core/observer.ts';
import type {AttemptResponse, StreamError} from '../core/outcome.ts';
import {isEventStream} from '../decide/event-stream.ts';
import type {EventStream} from '../policy/types.ts';
import type {Cancellation} from './cancellation.ts';
import type {CallContext} from './context.ts';
import {acts} from './model-calls.ts';

/** The attempt, as far as its stream needs it. */
export interface StreamOwner<R extends AttemptResponse> {
  readonly call: CallContext<R>;
  readonly cancellation: Cancellation;
  readonly span: AttemptObserver | null;
  readonly startedAt: number;
  /** Whether the attempt has ended. */
  readonly isAnswered: boolean;
  /** @param streamError The error event that the stream began with; null without one. */
  answer(response: R, streamError: StreamError | null): void;
  sendFailed(error: unknown): void;
  /** Must not throw. */
  onError(error: unknown): void;
  /** Runs work that a promise starts, and catches its exceptions. */
  step(work: () => void): void;
}

interface AttemptStream {
  readonly settings: EventStream;
  readonly ahead: ReadAhead;
  /** Knows whether a chunk brought data. */
  readonly beginning: StreamBeginning;
}

/** Not a field of the attempt: ten thousand attempts can wait, and most bring no stream. */
const streams = new WeakMap<AttemptResponse, AttemptStream>();

/** Says whether a chunk of the response brought data; null if every chunk counts as data. */
export const pulseOf = (response: AttemptResponse): Pulse | null => streams.get(response)?.beginning ?? null;

/** @returns False for a failure, for another content type, and for a body that cannot be read ahead: the headers are then the answer. */
export function beginStream<R extends AttemptResponse>(attempt: StreamOwner<R>, response: R): boolean {
  const stream = openStream(attempt.call, response);
  if (stream === null) return false;
  attempt.cancellation.alsoCancels(stream.ahead);
  if (stream.settings.commit === 'content') awaitContent(attempt, response, stream);
  else {
    stream.ahead.release();
    attempt.answer(response, null);
  }
  return true;
}

function openStream<R extends AttemptResponse>(call: CallContext<R>, response: R): AttemptStream | null {
  const {plan, client, transport, method} = call;
  const {stream: settings} = plan.policy;
  if (settings === null || client.answers.isFailure(response.status) || !isEventStream(response.headers)) return null;
  const isAnswer = settings.commit === 'content' && response.status === 200 && method !== 'HEAD';
  const beginning = new StreamBeginning(settings.holdBytes, isAnswer);
  const ahead = transport.bodies.readAhead?.(response, beginning) ?? null;
  if (ahead === null) return null;
  // To hold what cannot be sent again gains nothing, and its first event names what was made.
  const once = acts(call) || !transport.replayable;
  const stream = {settings: once ? ({...settings, commit: 'headers'} as const) : settings, ahead, beginning};
  streams.set(response, stream);
  return stream;
}

/** The response is held until its first content. */
function awaitContent<R extends AttemptResponse>(
  attempt: StreamOwner<R>,
  response: R,
  {settings, ahead}: AttemptStream,
): void {
  if (settings.firstContentMs !== null) attempt.cancellation.limitContent(settings.firstContentMs);
  ahead.read().then(
    end => attempt.step(() => begun(attempt, response, ahead, end)),
    error => attempt.onError(error),
  );
}

function begun<R extends AttemptResponse>(
  attempt: StreamOwner<R>,
  response: R,
  ahead: ReadAhead,
  end: BeginningEnd,
): void {
  if (attempt.isAnswered) return; // Time ran out, or the caller aborted, while the stream was read.
  if (end.kind === 'incomplete') return attempt.sendFailed(end.error);
  ahead.release();
  attempt.cancellation.endContentLimit();
  if (end.kind === 'content') noteContent(attempt);
  attempt.answer(response, end.kind === 'error' ? end.error : null);
}

function noteContent<R extends AttemptResponse>({call, span, startedAt}: StreamOwner<R>): void {
  const afterMs = call.client.clock.now() - startedAt;
  call.retryState.firstContentMs = afterMs;
  if (span !== null) noteFirstContent(span, afterMs);
}
