/** The parts that tests of settling calls sabotage: classes of the engine, and an observer. */

import {Attempt} from '../../src/call/attempt.ts';
import {Cancellation} from '../../src/call/cancellation.ts';
import {CallContext} from '../../src/call/context.ts';
import {Failover} from '../../src/call/failover.ts';
import {Reservation} from '../../src/call/retry-state.ts';
import {CallPause} from '../../src/call/wait.ts';
import type {Observer} from '../../src/core.ts';
import {Transients} from '../../src/decide/transients.ts';
import {ConcurrencyLimit} from '../../src/guards/concurrency.ts';
import {Breaker} from '../../src/guards/fixed/breaker.ts';
import {HedgeLoad} from '../../src/guards/hedge-load.ts';
import {OriginHold} from '../../src/guards/origin-hold.ts';
import {TokenBucket} from '../../src/guards/token-bucket.ts';
import {HeaderRecord} from '../../src/transport/header-record.ts';
import type {Sabotage} from './sabotage.ts';

/** Methods that start a step, end a call, or hand over a place, a probe or a token before anything can throw. */
export const NOT_SABOTAGED: readonly string[] = [
  'fire',
  'step',
  'onResponse',
  'onError',
  'handleEvent',
  'broke',
  'abandon',
  'abort',
  'release',
  'freePlace',
  'deliver',
  'limitSilence',
  'startSilence',
  'endSilence',
  'keepAlive',
  'bodyEnded',
  'admitted',
  'retryState',
  'retryStateIfAny',
  'reservation',
  'hold',
  'reserve',
  'hasRequest',
  // Read while fetch sends, as all of a transport's send.
  'fields',
  // A constant; the clock reads it of a timer that is late, which only a busy machine has.
  'waitsForSockets',
];

export const CLASSES: readonly {readonly name: string; readonly prototype: object}[] = [
  Attempt,
  Cancellation,
  CallContext,
  CallPause,
  Failover,
  Reservation,
  Transients,
  Breaker,
  ConcurrencyLimit,
  HedgeLoad,
  OriginHold,
  TokenBucket,
  HeaderRecord,
];

/** Which spans of an observer are open. One whose start or end threw counts as started or ended: its observer was notified. */
export class SpanBook {
  readonly #ends = new Map<object, number>();
  readonly #names = new Map<object, string>();

  /** The span; its end is noted before it may throw. */
  opened<T extends {end(...values: never[]): void}>(name: string, span: T): T {
    const noted = new Proxy(span, {
      get: (target, key) => {
        const value: unknown = Reflect.get(target, key, target);
        if (key !== 'end') return value;
        return (...values: unknown[]) => {
          this.#ends.set(noted, this.#ends.get(noted)! + 1);
          return Reflect.apply(value as () => void, target, values);
        };
      },
    });
    this.#ends.set(noted, 0);
    this.#names.set(noted, name);
    return noted;
  }

  /** `call ended 1 times`, each once. */
  get ends(): string[] {
    const all = Array.from(this.#ends, ([span, times]) => `${this.#names.get(span)} ended ${times} times`);
    return [...new Set(all)].sort();
  }
}

export function watchedObserver(sabotage: Sabotage, book: SpanBook = new SpanBook()): Observer {
  const body = sabotage.methods('body observer', {end: () => {}});
  const attempt = sabotage.methods('attempt observer', {
    run: <T>(work: () => T): T => work(),
    end: () => {},
    startBody: () => book.opened('body', body),
  });
  const call = sabotage.methods('call observer', {
    startAttempt: () => book.opened('attempt', attempt),
    run: <T>(work: () => T): T => work(),
    event: () => {},
    end: () => {},
    closed: () => {},
  });
  return sabotage.methods('observer', {startCall: () => book.opened('call', call), watch: () => {}});
}
