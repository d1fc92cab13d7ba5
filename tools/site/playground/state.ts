/** What the user has chosen and written: all that a link to the playground restores. */

export type Format = 'json' | 'yaml' | 'python';

const EXTENSIONS: Readonly<Record<Format, string>> = {json: 'json', yaml: 'yaml', python: 'py'};

export const isFormat = (value: unknown): value is Format =>
  typeof value === 'string' && Object.hasOwn(EXTENSIONS, value);

export interface Policy {
  /** Unique in the state. */
  readonly name: string;
  readonly format: Format;
  readonly text: string;
}

export interface State {
  /** At least one. */
  readonly policies: readonly Policy[];
  /** Index of the policy in the editor. */
  readonly active: number;
  /** The name of a scenario, or `OWN_SCENARIO`. */
  readonly scenario: string;
  /** The user's own scenario, as JSON; '' until there is one. */
  readonly ownScenario: string;
  /** Names of the simulated policies: `NO_POLICY`, those of `policies`, and presets. */
  readonly compared: readonly string[];
}

export const NO_POLICY = 'no policy';

/** No named scenario has a space in its name. */
export const OWN_SCENARIO = 'my scenario';

export const maxPolicies = 4;

export const pathOf = ({name, format}: Policy): string => `${name}.${EXTENSIONS[format]}`;

/** Programs are linted, and not simulated. */
export const canRun = ({format}: Policy): boolean => format !== 'python';

/** Holds the state, and calls a listener after each change of it. */
export class Store {
  #state: State;
  #listener: () => void = () => {};

  constructor(state: State) {
    this.#state = state;
  }

  get state(): State {
    return this.#state;
  }

  /** The policy in the editor. */
  get active(): Policy {
    return this.#state.policies[this.#state.active]!;
  }

  onChange(listener: () => void): void {
    this.#listener = listener;
  }

  set(change: Partial<State>): void {
    this.#state = {...this.#state, ...change};
    this.#listener();
  }

  /** Changes the policy in the editor. */
  setActive(change: Partial<Omit<Policy, 'name'>>): void {
    const {policies, active} = this.#state;
    this.set({policies: policies.with(active, {...this.active, ...change})});
  }

  /** Adds a policy, opens it, and has it simulated. Its name gets a number if it is taken. */
  add({name: wanted, format, text}: Policy): void {
    const {policies, compared} = this.#state;
    const isTaken = (name: string): boolean => name === NO_POLICY || policies.some(policy => policy.name === name);
    let name = wanted;
    for (let number = 2; isTaken(name); number++) name = `${wanted} ${number}`;
    this.set({
      policies: [...policies, {name, format, text}],
      active: policies.length,
      compared: [...compared, name],
    });
  }

  /** Removes a policy, unless it is the only one. */
  remove(index: number): void {
    const {policies, active, compared} = this.#state;
    if (policies.length < 2) return;
    const {name} = policies[index]!;
    const left = policies.toSpliced(index, 1);
    this.set({
      policies: left,
      active: Math.min(active > index ? active - 1 : active, left.length - 1),
      compared: compared.filter(each => each !== name),
    });
  }
}
