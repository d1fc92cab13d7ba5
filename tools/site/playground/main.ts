/** The playground: connects the parts of the page. */
import {startFrame} from '../client/frame.ts';
import {reachScrollBoxes} from '../client/scroll-boxes.ts';
import {descriptionOf, fillScenarios, isScenario, renderCompared} from './choices.ts';
import {Editor} from './editor.ts';
import {byId, element} from './element.ts';
import {examples, stateOf} from './examples.ts';
import {Linting} from './linting.ts';
import type {AssistJob, AssistResult, LintJob, LintResult, SimulateJob, SimulateResult} from './protocol.ts';
import {Remote} from './remote.ts';
import {chooseScenario, ScenarioEditor} from './scenario-editor.ts';
import {fromFragment, toFragment} from './share.ts';
import {Simulation} from './simulation.ts';
import {type Format, pathOf, type State, Store} from './state.ts';
import {renderTabs} from './tabs.ts';

/** Set by the build. */
declare const LINT_WORKER: string;
declare const SIMULATE_WORKER: string;
declare const ASSIST_WORKER: string;

const tabs = byId('tabs', HTMLElement);
const format = byId('format', HTMLSelectElement);
const example = byId('example', HTMLSelectElement);
const scenario = byId('scenario', HTMLSelectElement);
const notice = byId('notice', HTMLElement);

async function start(): Promise<void> {
  const store = new Store(await initialState());
  const editor = new Editor(byId('editor', HTMLElement), 'Policy', text => store.setActive({text}));
  const linting = new Linting({
    editor,
    remote: new Remote<LintJob, LintResult>(LINT_WORKER),
    list: byId('findings', HTMLElement),
    summary: byId('summary', HTMLElement),
  });
  const simulation = new Simulation({
    remote: new Remote<SimulateJob, SimulateResult>(SIMULATE_WORKER),
    results: byId('results', HTMLElement),
    status: byId('status', HTMLElement),
    drawn: stateOf(examples[0]),
  });

  const scenarioEditor = new ScenarioEditor(
    byId('own-scenario', HTMLElement),
    byId('scenario-editor', HTMLElement),
    store,
  );

  simulation.open(store.state);

  let shown: State | undefined;
  const show = (): void => {
    const {state} = store;
    const hasOtherNames = namesOf(shown) !== namesOf(state);
    if (hasOtherNames || shown?.active !== state.active) renderTabs(tabs, store);
    if (hasOtherNames || shown?.compared !== state.compared) renderCompared(byId('compared', HTMLElement), store);
    format.value = store.active.format;
    scenario.value = state.scenario;
    byId('description', HTMLElement).textContent = descriptionOf(state.scenario);
    editor.show(store.active);
    scenarioEditor.show(state);
    linting.request(store.active);
    simulation.changed(state);
    shown = state;
  };

  fillScenarios(scenario);
  example.append(...examples.map(({title}, index) => element('option', {value: String(index), textContent: title})));
  store.onChange(show);
  show();

  format.addEventListener('change', () => store.setActive({format: format.value as Format}));
  scenario.addEventListener('change', () => chooseScenario(store, scenario.value));
  assistOnUse(editor, store);
  example.addEventListener('change', () => {
    const chosen = examples[Number(example.value)];
    if (chosen !== undefined) store.set({...stateOf(chosen), ownScenario: store.state.ownScenario});
    example.value = '';
  });
  byId('simulate', HTMLButtonElement).addEventListener('click', () => simulation.start(store.state));
  byId('share', HTMLButtonElement).addEventListener('click', () => share(store.state));
  addEventListener('hashchange', async () => {
    const state = await fromFragment(location.hash);
    if (state !== undefined) store.set(withKnownScenario(state));
  });
}

/** Loads completion and hovers when the pointer or the keyboard first comes to the editor. */
function assistOnUse(editor: Editor, store: Store): void {
  const place = byId('editor', HTMLElement);
  const used = new AbortController();
  const load = async (): Promise<void> => {
    used.abort();
    try {
      const {assistance} = await import('./assist.ts');
      const remote = new Remote<AssistJob, AssistResult>(ASSIST_WORKER);
      editor.assist(assistance({remote, path: () => pathOf(store.active)}));
    } catch {
      // Without a network, on a first visit. The next use tries again.
      assistOnUse(editor, store);
    }
  };
  for (const event of ['pointerover', 'focusin']) place.addEventListener(event, load, {signal: used.signal});
}

/** The state of the link that was followed, or the first example. */
async function initialState(): Promise<State> {
  if (location.hash === '') return stateOf(examples[0]);
  const state = await fromFragment(location.hash);
  if (state === undefined) notice.textContent = 'The link is damaged, so this is an example.';
  return state === undefined ? stateOf(examples[0]) : withKnownScenario(state);
}

const withKnownScenario = (state: State): State =>
  isScenario(state.scenario) ? state : {...state, scenario: examples[0].scenario};

const namesOf = (state: State | undefined): string =>
  JSON.stringify(state?.policies.map(({name, format}) => [name, format]));

async function share(state: State): Promise<void> {
  try {
    history.replaceState(null, '', await toFragment(state));
  } catch (error) {
    notice.textContent = (error as Error).message;
    return;
  }
  try {
    await navigator.clipboard.writeText(location.href);
    notice.textContent = 'The link is copied.';
  } catch {
    notice.textContent = 'The link is in the address bar.';
  }
}

startFrame();
reachScrollBoxes();
addEventListener('resize', reachScrollBoxes);
byId('view-result', HTMLInputElement).addEventListener('change', reachScrollBoxes);
void start();
// Afterwards the page works without a network. It is only a convenience, so a browser that refuses it is fine.
addEventListener('load', () => navigator.serviceWorker?.register('service-worker.js').catch(() => {}));
