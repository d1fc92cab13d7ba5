/** The scenario, and the policies that are simulated side by side. */
import {presets} from '../../../src/policy/presets.ts';
import {scenarios} from '../../../src/simulate/scenario/scenarios.ts';
import {element} from './element.ts';
import {canRun, NO_POLICY, OWN_SCENARIO, type Store} from './state.ts';

export function fillScenarios(select: HTMLSelectElement): void {
  const names = [...Object.keys(scenarios), OWN_SCENARIO];
  select.append(...names.map(name => element('option', {value: name, textContent: name})));
}

export const isScenario = (name: string): boolean => name === OWN_SCENARIO || Object.hasOwn(scenarios, name);

export const descriptionOf = (scenario: string): string => scenarios[scenario]?.description ?? '';

/** A box for each policy that can be simulated: none, those of the editor, and the presets. */
export function renderCompared(list: HTMLElement, store: Store): void {
  const {policies, compared} = store.state;
  const names = [NO_POLICY, ...policies.filter(canRun).map(({name}) => name), ...Object.keys(presets)];
  const boxes = names.map(name => {
    const box = element('input', {
      type: 'checkbox',
      checked: compared.includes(name),
      onchange: () =>
        store.set({
          compared: names.filter(each => (each === name ? box.checked : store.state.compared.includes(each))),
        }),
    });
    return element('label', {}, box, name.replace('steadfetch:', ''));
  });
  const inputs = [...list.querySelectorAll('input')];
  const focused = inputs.indexOf(list.querySelector<HTMLInputElement>('input:focus')!);
  list.replaceChildren(...boxes);
  list.querySelectorAll('input')[focused]?.focus();
}
