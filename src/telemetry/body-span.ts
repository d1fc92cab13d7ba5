/** The time that the caller reads a body. A span of its own, because the attempt ended with its headers, and the call too. */
import {type Context, type Span, SpanKind, type Tracer} from '@opentelemetry/api';
import type {BodyEnd, BodyObserver} from '../core/observer.ts';
import {failed} from '../core/outcome.ts';
import * as names from './attributes.ts';
import type {CallTime} from './call-time.ts';
import {errorType} from './error-type.ts';
import {SCOPE} from './scope.ts';
import {fail} from './span-facts.ts';

export class BodySpan implements BodyObserver {
  readonly #span: Span;
  readonly #time: CallTime;

  /** @param parent The call's context. */
  constructor(tracer: Tracer, parent: Context, time: CallTime, attempt: number) {
    const attributes = {[names.ATTEMPT_NUMBER]: attempt};
    const options = {kind: SpanKind.INTERNAL, attributes, startTime: time.now()};
    this.#time = time;
    this.#span = tracer.startSpan(`${SCOPE} body`, options, parent);
  }

  end(how: BodyEnd, error?: unknown): void {
    this.#span.setAttribute(names.BODY_OUTCOME, bodyOutcome(how));
    const type = how === 'read' || how === 'left' ? undefined : errorType(failed(how, error));
    if (type !== undefined) fail(this.#span, type);
    this.#span.end(this.#time.now());
  }
}

function bodyOutcome(how: BodyEnd): string {
  switch (how) {
    case 'read':
    case 'left':
      return how;
    case 'attempt-timeout':
    case 'content-timeout':
    case 'deadline':
      return 'timeout';
    case 'aborted':
      return 'cancelled';
    default:
      return 'failure';
  }
}
