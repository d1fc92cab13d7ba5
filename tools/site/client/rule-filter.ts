/** The form above the table of rules. Without a script it is hidden, and the table has all rules. */
import {type Choice, choiceOf, EVERYTHING, isShown, queryOf, type RuleRow} from './rule-choice.ts';

/** Call it when the content of a page is there. Other pages have no such form. */
export function startRuleFilter(): void {
  const form = document.querySelector<HTMLFormElement>('form.rule-filter');
  const table = document.querySelector<HTMLTableElement>('table.rules');
  if (form === null || table === null || form.dataset.started !== undefined) return;
  form.dataset.started = '';
  const rows = [...table.tBodies[0]!.rows].map(row => ({row, rule: ruleOf(row)}));
  const count = form.querySelector('[role="status"]')!;

  const apply = (choice: Choice): void => {
    let shown = 0;
    for (const {row, rule} of rows) {
      row.hidden = !isShown(rule, choice);
      if (!row.hidden) shown++;
    }
    count.textContent =
      shown === rows.length
        ? `${shown} rules`
        : shown === 0
          ? 'No rule matches. Clear a filter.'
          : `${shown} of ${rows.length} rules`;
    history.replaceState(history.state, '', `${location.pathname}${queryOf(choice)}${location.hash}`);
  };
  const showLinked = (): void => {
    const linked = rows.find(({row}) => row.id !== '' && `#${row.id}` === location.hash)?.row;
    if (linked?.hidden !== true) return;
    write(form, EVERYTHING);
    apply(EVERYTHING);
    linked.scrollIntoView();
  };

  form.addEventListener('input', () => apply(readFrom(form)));
  form.addEventListener('submit', event => event.preventDefault());
  form.addEventListener('reset', event => {
    event.preventDefault();
    write(form, EVERYTHING);
    apply(EVERYTHING);
  });
  addEventListener('hashchange', showLinked);
  const choice = choiceOf(location.search);
  write(form, choice);
  apply(choice);
  showLinked();
}

function ruleOf({cells, textContent}: HTMLTableRowElement): RuleRow {
  const [code = '', , severity = '', , fix = ''] = [...cells].map(cell => cell.textContent!.trim());
  return {code, severity, fix, text: textContent ?? ''};
}

function readFrom(form: HTMLFormElement): Choice {
  const data = new FormData(form);
  const value = (name: string): string => String(data.get(name) ?? '');
  return {
    words: value('q'),
    severities: data.getAll('severity').map(String),
    fix: value('fix'),
    group: value('group'),
  };
}

function write(form: HTMLFormElement, {words, severities, fix, group}: Choice): void {
  const values: Readonly<Record<string, string>> = {q: words, fix, group};
  for (const field of form.elements) {
    if (field instanceof HTMLInputElement && field.type === 'checkbox')
      field.checked = severities.includes(field.value);
    else if (field instanceof HTMLInputElement || field instanceof HTMLSelectElement)
      field.value = values[field.name] ?? '';
  }
}
