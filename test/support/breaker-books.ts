/** Counts the attempts that breakers admitted and whose end was not reported to them. */
import {Attempt} from '../../src/call/attempt.ts';
import {AdaptiveBreaker} from '../../src/guards/adaptive/adaptive-breaker.ts';
import {type Ticket, UNGUARDED} from '../../src/guards/breaker.ts';
import {Breaker} from '../../src/guards/fixed/breaker.ts';

let inFlight = 0;
/** A body breaks after the end of its attempt was reported: the breaker counts a failure in place of the success. */
let isRevising = false;
const {admit, record} = Breaker.prototype;
const {bodyBroke} = Attempt.prototype;

Attempt.prototype.bodyBroke = function (error): void {
  isRevising = true;
  bodyBroke.call(this, error);
  isRevising = false;
};

Breaker.prototype.admit = function (this: Breaker, now: number): Ticket | null {
  const ticket = admit.call(this, now);
  if (ticket !== null) inFlight++;
  return ticket;
};
Breaker.prototype.record = function (this: Breaker, ...args: Parameters<Breaker['record']>): void {
  // An attempt that has reported its end holds this ticket.
  if (args[0] !== UNGUARDED && !isRevising) inFlight--;
  record.apply(this, args);
};

const adaptive = AdaptiveBreaker.prototype;
const {begin, record: recordAdaptive} = adaptive;
adaptive.begin = function (this: AdaptiveBreaker, now: number): number {
  inFlight++;
  return begin.call(this, now);
};
adaptive.record = function (this: AdaptiveBreaker, ...args: Parameters<AdaptiveBreaker['record']>): void {
  if (args[0] !== UNGUARDED) inFlight--;
  recordAdaptive.apply(this, args);
};

/** Of every breaker in the process, since this file was imported. */
export const attemptsInFlight = (): number => inFlight;
