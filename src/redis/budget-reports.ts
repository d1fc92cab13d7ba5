/** Reports to Redis what this process spent of a budget, and learns what all processes have left. One report is in flight at a time. */
import {GuardScript} from './guard-script.ts';
import type {SharedIdentity} from './shared-identity.ts';
import type {Script, SharedStore} from './shared-store.ts';

/** What is not urgent, such as calls that began, is reported so often. */
const REPORT_EVERY_MS = 500;

export interface Reports {
  /** Hands over what happened since the last report, as the arguments of the script. */
  hand(): readonly number[];
  /** The report of these numbers was answered. */
  answered(reply: readonly number[], now: number): void;
  /** Whether the report arrived is not known. */
  failed(numbers: readonly number[]): void;
}

export class BudgetReports {
  readonly #store: SharedStore;
  readonly #script: GuardScript;
  readonly #reports: Reports;
  #isReporting = false;
  #reportedAt = Number.NEGATIVE_INFINITY;
  /** What happened meanwhile cannot wait. */
  #isUrgent = false;

  /** @param length How many numbers the script answers. */
  constructor(store: SharedStore, script: Script, identity: SharedIdentity, reports: Reports, length: number) {
    this.#store = store;
    this.#script = new GuardScript(store, identity, script, ['budget', 'processes'], each => each === length);
    this.#reports = reports;
  }

  /** Something happened that the other processes have to know at once. */
  now(now: number): void {
    if (this.#isReporting) this.#isUrgent = true;
    else this.#report(now);
  }

  /** Something happened that the other processes may learn a little later. */
  soon(now: number): void {
    if (now - this.#reportedAt >= REPORT_EVERY_MS && !this.#isReporting) this.#report(now);
  }

  #report(now: number): void {
    if (!this.#store.mayAsk(now)) return;
    this.#isReporting = true;
    this.#isUrgent = false;
    this.#reportedAt = now;
    const numbers = this.#reports.hand();
    let isOpen = true;
    const end = (): void => {
      if (isOpen) this.#isReporting = false;
      isOpen = false;
    };
    this.#script.ask(
      numbers,
      now,
      (reply, answeredAt) => {
        // A late answer was reported as failed already, and the numbers have been kept.
        if (!isOpen) return;
        end();
        this.#reports.answered(reply, answeredAt);
        if (this.#isUrgent) this.#report(answeredAt);
      },
      () => {
        end();
        this.#reports.failed(numbers);
      },
    );
  }
}
