/** Simulates the chosen policies, and shows the charts. The page comes with those of its first example; each change runs it again. */

import {reachScrollBoxes} from '../client/scroll-boxes.ts';
import {element} from './element.ts';
import type {SimulateJob, SimulateResult} from './protocol.ts';
import {Cancelled, type Remote} from './remote.ts';
import {canRun, NO_POLICY, OWN_SCENARIO, type State} from './state.ts';

/** So long after a change the simulation starts, in ms. */
const DELAY_MS = 400;

export interface SimulationParts {
  readonly remote: Remote<SimulateJob, SimulateResult>;
  readonly results: HTMLElement;
  readonly status: HTMLElement;
  /** What the page shows before the first run. */
  readonly drawn: State;
}

export class Simulation {
  readonly #parts: SimulationParts;
  #simulated: string;
  #isRunning = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(parts: SimulationParts) {
    this.#parts = parts;
    this.#simulated = keyOf(jobOf(parts.drawn));
  }

  /** Begins with the state of a link, whose result the page does not have. */
  open(state: State): void {
    if (this.#simulated === keyOf(jobOf(state))) return;
    this.#parts.results.replaceChildren();
    this.start(state);
  }

  /** Starts at once, in place of the run that is under way. */
  start(state: State): void {
    const job = jobOf(state);
    this.#simulated = keyOf(job);
    clearTimeout(this.#timer);
    void this.#run(job);
  }

  /** Starts after a while, if the change has to do with it. */
  changed(state: State): void {
    clearTimeout(this.#timer);
    if (this.#simulated === keyOf(jobOf(state))) return;
    this.#timer = setTimeout(() => this.start(state), DELAY_MS);
  }

  async #run(job: SimulateJob): Promise<void> {
    const {remote, results, status} = this.#parts;
    if (this.#isRunning) remote.cancel();
    this.#isRunning = false;
    if (!job.withoutPolicy && job.policies.length + job.presets.length === 0) {
      status.textContent = 'Choose at least one policy.';
      return;
    }
    status.textContent = `Simulating ${job.scenario}…`;
    this.#isRunning = true;
    results.ariaBusy = 'true';
    try {
      const {html, problems} = await remote.run(job);
      // The markup is made by the simulator, which escapes what it was given; the policy of the page allows no script in it.
      results.innerHTML = html;
      results.prepend(...problems.map(problem => element('p', {className: 'problem', textContent: problem})));
      status.textContent = '';
      reachScrollBoxes();
    } catch (error) {
      if (error instanceof Cancelled) return;
      status.textContent = (error as Error).message;
    }
    this.#isRunning = false;
    results.ariaBusy = 'false';
  }
}

const keyOf = (job: SimulateJob): string => JSON.stringify(job);

export function jobOf({scenario, ownScenario, policies, compared}: State): SimulateJob {
  const written = policies.filter(policy => canRun(policy) && compared.includes(policy.name));
  return {
    scenario,
    ownScenario: scenario === OWN_SCENARIO ? ownScenario : '',
    withoutPolicy: compared.includes(NO_POLICY),
    policies: written,
    presets: compared.filter(name => name.startsWith('steadfetch:')),
  };
}
