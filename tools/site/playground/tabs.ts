/** The policies as tabs above the editor. */
import {element} from './element.ts';
import {NEW_POLICY} from './examples.ts';
import {maxPolicies, type Store} from './state.ts';

export function renderTabs(list: HTMLElement, store: Store): void {
  const {policies, active} = store.state;
  const hadFocus = list.contains(document.activeElement);
  const tabs = policies.map(({name}, index) => {
    const isActive = index === active;
    const tab = element('button', {
      type: 'button',
      ariaCurrent: String(isActive),
      tabIndex: isActive ? 0 : -1,
      textContent: name,
      onclick: () => store.set({active: index}),
      onkeydown: ({key}) => {
        const step = key === 'ArrowRight' ? 1 : key === 'ArrowLeft' ? -1 : 0;
        if (step !== 0) store.set({active: (active + step + policies.length) % policies.length});
      },
    });
    const close = element('button', {
      type: 'button',
      className: 'close',
      ariaLabel: `Remove ${name}`,
      textContent: '×',
      onclick: () => store.remove(index),
    });
    return element('span', {className: isActive ? 'tab active' : 'tab'}, tab, ...(policies.length > 1 ? [close] : []));
  });
  const add = element('button', {
    type: 'button',
    className: 'add',
    ariaLabel: 'Add a policy',
    title: 'Add a policy',
    disabled: policies.length >= maxPolicies,
    textContent: '+',
    onclick: () => store.add(NEW_POLICY),
  });
  list.replaceChildren(...tabs, add);
  if (hadFocus) list.querySelector<HTMLElement>('[aria-current="true"]')?.focus();
}
