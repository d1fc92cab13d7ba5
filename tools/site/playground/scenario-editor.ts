/** The scenario of the user's own: an editor that is shown while that scenario is chosen. */
import {scenarios} from '../../../src/simulate/scenario/scenarios.ts';
import {Editor} from './editor.ts';
import {OWN_SCENARIO, type State, type Store} from './state.ts';

export class ScenarioEditor {
  readonly #panel: HTMLElement;
  readonly #parent: HTMLElement;
  readonly #store: Store;
  /** Made when it is first needed. */
  #editor: Editor | undefined;

  /** @param parent Of the editor, in the panel. */
  constructor(panel: HTMLElement, parent: HTMLElement, store: Store) {
    this.#panel = panel;
    this.#parent = parent;
    this.#store = store;
  }

  show({scenario, ownScenario}: State): void {
    this.#panel.hidden = scenario !== OWN_SCENARIO;
    if (scenario !== OWN_SCENARIO) return;
    this.#editor ??= new Editor(this.#parent, 'Scenario', text => this.#store.set({ownScenario: text}));
    this.#editor.show({name: 'scenario', format: 'json', text: ownScenario});
  }
}

/** Chooses a scenario. One's own begins as the named one that was chosen before. */
export function chooseScenario(store: Store, scenario: string): void {
  const {state} = store;
  const isNew = scenario === OWN_SCENARIO && state.ownScenario === '';
  store.set({scenario, ...(isNew ? {ownScenario: copyOf(state.scenario)} : {})});
}

const copyOf = (name: string): string => `${JSON.stringify({...scenarios[name], name: 'my scenario'}, null, 2)}\n`;
