/**
 * A response of a wire that knows no `Response`.
 *
 * The engine reads its `status` and `headers` and passes it on. What else there is to do with it, it does itself: its body is
 * tied to the attempt, and let go, in ways only that wire knows.
 */
import type {Clock} from '../core/timer.ts';
import type {BodyKeeper} from './body-listener.ts';

export abstract class ForeignResponse {
  abstract readonly status: number;
  abstract readonly headers: Pick<Headers, 'get' | 'has'>;
  /** All of it is here: there is no body to be tied to anything. */
  get isComplete(): boolean {
    return false;
  }

  /** The body tells its keeper how it goes on. */
  abstract linkTo(keeper: BodyKeeper): void;
  /** The call waits: the response may become the answer after all, and is not to hold a connection meanwhile. */
  hold(_clock: Clock): void {}
  /** The response is not read. */
  abstract drop(clock: Clock): void;
}
