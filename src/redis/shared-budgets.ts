/**
 * Retry budgets that several processes share. A process decides by what Redis said last and by what it did since, so a decision never
 * waits. Between two answers it spends at most its share of what is left, so that processes which spend at the same moment hardly exceed the
 * budget; what they exceed it by is paid back, because Redis charges every retry.
 *
 * While Redis does not answer, each process has a budget of its own: its share.
 */
import {type Budget, REFUSED, type Receipt} from '../guards/budget.ts';
import {RatioBudget} from '../guards/ratio-budget.ts';
import {TokenBucket} from '../guards/token-bucket.ts';
import type {RatioBudget as RatioPolicy, TokenBucketBudget} from '../policy/types.ts';
import {BudgetReports, type Reports} from './budget-reports.ts';
import {RATIO_SCRIPT, TOKEN_BUCKET_SCRIPT} from './budget-scripts.ts';
import type {SharedIdentity} from './shared-identity.ts';
import {Script, type SharedStore} from './shared-store.ts';

const MINUTE = 60_000;
const tokenBucket = new Script(TOKEN_BUCKET_SCRIPT);
const ratio = new Script(RATIO_SCRIPT);

export class SharedTokenBucket implements Budget, Reports {
  readonly #policy: TokenBucketBudget;
  readonly #store: SharedStore;
  readonly #identity: SharedIdentity;
  readonly #reports: BudgetReports;
  /** What Redis has, as it said last, and when. */
  #known: number;
  #knownAt = Number.POSITIVE_INFINITY;
  #processes: number;
  /** Since the last report. */
  #spent = 0;
  #earned = 0;
  /** In the report in flight. */
  #spentInFlight = 0;
  #alone: TokenBucket | null = null;

  constructor(policy: TokenBucketBudget, store: SharedStore, identity: SharedIdentity) {
    this.#policy = policy;
    this.#store = store;
    this.#identity = identity;
    this.#known = policy.capacity;
    this.#processes = identity.leastProcesses;
    this.#reports = new BudgetReports(store, tokenBucket, identity, this, 2);
  }

  callStarted(now: number): void {
    if (this.#knownAt === Number.POSITIVE_INFINITY || !this.#store.isAvailable) this.#reports.soon(now);
  }

  firstTrySucceeded(now: number): void {
    this.#deposit(1, now);
  }

  withdraw(throttled: boolean, now: number): Receipt {
    if (!this.#store.isAvailable) {
      this.#reports.soon(now);
      return this.#own().withdraw(throttled, now);
    }
    const cost = throttled ? this.#policy.throttledCost : this.#policy.retryCost;
    const unreported = this.#spent + this.#spentInFlight;
    const share = Math.max(cost, this.#level(now) / this.#processes);
    if (this.#level(now) - unreported < cost || unreported + cost > share) {
      this.#reports.soon(now);
      return REFUSED;
    }
    this.#spent += cost;
    this.#reports.now(now);
    return cost;
  }

  giveBack(cost: Receipt, now: number): void {
    this.#deposit(cost, now);
  }

  retrySucceeded(cost: Receipt, now: number): void {
    this.#deposit(cost, now);
  }

  remaining(now: number): number {
    if (!this.#store.isAvailable) return this.#own().remaining(now);
    const {capacity} = this.#policy;
    const left = this.#level(now) - this.#spent - this.#spentInFlight + this.#earned;
    return capacity === 0 ? 0 : Math.min(1, Math.max(0, left / capacity));
  }

  hand(): readonly number[] {
    const {capacity, refillPerMinute} = this.#policy;
    const numbers = [capacity, refillPerMinute, this.#spent, this.#earned];
    this.#spentInFlight = this.#spent;
    this.#spent = 0;
    this.#earned = 0;
    return numbers;
  }

  answered([thousandths = 0, processes = 1]: readonly number[], now: number): void {
    this.#known = thousandths / 1000 - this.#policy.capacity;
    this.#knownAt = now;
    this.#processes = Math.max(processes, this.#identity.leastProcesses);
    this.#spentInFlight = 0;
    this.#alone = null;
  }

  /** What was spent is reported again, and may be charged twice; what was earned is given up. */
  failed([, , spent = 0]: readonly number[]): void {
    this.#spent += spent;
    this.#spentInFlight = 0;
  }

  #deposit(tokens: number, now: number): void {
    if (!this.#store.isAvailable) this.#own().giveBack(tokens);
    else if (this.#level(now) - this.#spent - this.#spentInFlight + this.#earned < this.#policy.capacity)
      this.#earned += tokens;
    this.#reports.soon(now);
  }

  #level(now: number): number {
    const {capacity, refillPerMinute} = this.#policy;
    if (now <= this.#knownAt) return this.#known;
    return Math.min(capacity, this.#known + ((now - this.#knownAt) * refillPerMinute) / MINUTE);
  }

  /** A share smaller than a retry would allow none at all. */
  #own(): TokenBucket {
    if (this.#alone === null) {
      const {capacity, refillPerMinute, retryCost} = this.#policy;
      const share = Math.max(Math.min(capacity, retryCost), capacity / this.#processes);
      this.#alone = new TokenBucket({
        ...this.#policy,
        capacity: share,
        refillPerMinute: refillPerMinute / this.#processes,
      });
    }
    return this.#alone;
  }
}

export class SharedRatioBudget implements Budget, Reports {
  readonly #policy: RatioPolicy;
  readonly #store: SharedStore;
  readonly #identity: SharedIdentity;
  readonly #reports: BudgetReports;
  /** What Redis has, as it said last. */
  #knownCalls = 0;
  #knownRetries = 0;
  #knownAt = Number.NEGATIVE_INFINITY;
  #processes: number;
  /** Since the last report, and in the report in flight. */
  #calls = 0;
  #retries = 0;
  #retriesInFlight = 0;
  #callsInFlight = 0;
  #alone: RatioBudget | null = null;

  constructor(policy: RatioPolicy, store: SharedStore, identity: SharedIdentity) {
    this.#policy = policy;
    this.#store = store;
    this.#identity = identity;
    this.#processes = identity.leastProcesses;
    this.#reports = new BudgetReports(store, ratio, identity, this, 3);
  }

  callStarted(now: number): void {
    if (this.#store.isAvailable) this.#calls++;
    else this.#own().callStarted(now);
    this.#reports.soon(now);
  }

  firstTrySucceeded(): void {}

  withdraw(throttled: boolean, now: number): Receipt {
    if (!this.#store.isAvailable) {
      this.#reports.soon(now);
      return this.#own().withdraw(throttled, now);
    }
    this.#forgetOld(now);
    const unreported = this.#retries + this.#retriesInFlight;
    const left = this.#allowed() - this.#knownRetries;
    if (unreported + 1 > left || unreported + 1 > Math.max(1, left / this.#processes)) {
      this.#reports.soon(now);
      return REFUSED;
    }
    this.#retries++;
    this.#reports.now(now);
    return 1;
  }

  giveBack(receipt: Receipt, now: number): void {
    if (!this.#store.isAvailable) return this.#own().giveBack(receipt, now);
    this.#retries--;
    this.#reports.soon(now);
  }

  /** A share of the calls is spent whether the retry helped or not. */
  retrySucceeded(): void {}

  remaining(now: number): number {
    if (!this.#store.isAvailable) return this.#own().remaining(now);
    this.#forgetOld(now);
    const allowed = this.#allowed();
    const retries = this.#knownRetries + this.#retries + this.#retriesInFlight;
    return allowed < 1 ? 0 : Math.min(1, Math.max(0, 1 - retries / allowed));
  }

  hand(): readonly number[] {
    const numbers = [this.#policy.windowMs, this.#calls, this.#retries];
    this.#callsInFlight = this.#calls;
    this.#retriesInFlight = this.#retries;
    this.#calls = 0;
    this.#retries = 0;
    return numbers;
  }

  answered([calls = 0, retries = 0, processes = 1]: readonly number[], now: number): void {
    this.#knownCalls = calls;
    this.#knownRetries = retries;
    this.#knownAt = now;
    this.#processes = Math.max(processes, this.#identity.leastProcesses);
    this.#callsInFlight = 0;
    this.#retriesInFlight = 0;
    this.#alone = null;
  }

  /** Retries are reported again, and may be charged twice; calls, which allow retries, are not. */
  failed([, , retries = 0]: readonly number[]): void {
    this.#retries += retries;
    this.#retriesInFlight = 0;
    this.#callsInFlight = 0;
  }

  /** After a window without an answer, all that Redis said has left its window. */
  #forgetOld(now: number): void {
    if (now - this.#knownAt < this.#policy.windowMs) return;
    this.#knownCalls = 0;
    this.#knownRetries = 0;
  }

  #allowed(): number {
    const {ratio, minPerSecond, windowMs} = this.#policy;
    const calls = this.#knownCalls + this.#calls + this.#callsInFlight;
    return calls * ratio + (minPerSecond * windowMs) / 1000 + 1e-9;
  }

  #own(): RatioBudget {
    this.#alone ??= new RatioBudget({...this.#policy, minPerSecond: this.#policy.minPerSecond / this.#processes});
    return this.#alone;
  }
}
