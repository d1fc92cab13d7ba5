/** The findings of the linter as a list, the worst first. */
import type {Finding, Fix, Severity} from '../../../lint/index.ts';
import type {ShownFinding} from '../../../lint/report/fold.ts';
import {element} from './element.ts';

export interface FindingActions {
  reveal(finding: Finding): void;
  apply(fix: Fix): void;
}

const ORDER: readonly Severity[] = ['error', 'warning', 'info'];

export function renderFindings(list: HTMLElement, shown: readonly ShownFinding[], actions: FindingActions): void {
  const placeOf = ({finding}: ShownFinding): number => ORDER.indexOf(finding.severity);
  const sorted = shown.toSorted((a, b) => placeOf(a) - placeOf(b));
  list.replaceChildren(...sorted.map(each => itemOf(each, actions)));
}

/** `2 errors, 1 warning`. */
export function summaryOf(findings: readonly Finding[]): string {
  if (findings.length === 0) return 'No findings';
  const counts = ORDER.map(severity => ({
    severity,
    count: findings.filter(finding => finding.severity === severity).length,
  }));
  return counts
    .filter(({count}) => count > 0)
    .map(({severity, count}) => `${count} ${severity}${count === 1 ? '' : 's'}`)
    .join(', ');
}

function itemOf({finding, more}: ShownFinding, {reveal, apply}: FindingActions): HTMLLIElement {
  const {severity, message, range} = finding;
  const {line, column} = range.start;
  const place = element('button', {
    type: 'button',
    className: 'place',
    title: 'Show in the editor',
    textContent: `${line}:${column}`,
    onclick: () => reveal(finding),
  });
  const fixes = fixesOf(finding).map(each =>
    element(
      'button',
      {type: 'button', className: 'fix', title: HINTS[each.safety], onclick: () => apply(each)},
      each.title,
      ...(each.safety === 'unsafe' ? [element('span', {className: 'unsafe', textContent: 'unsafe'})] : []),
    ),
  );
  return element(
    'li',
    {className: `finding ${severity}`},
    element('p', {}, element('span', {className: 'severity', textContent: severity}), ruleLink(finding), place),
    element('p', {className: 'message', textContent: message}),
    ...(fixes.length === 0 ? [] : [element('div', {className: 'fixes'}, ...fixes)]),
    ...(more === 0
      ? []
      : [element('p', {className: 'message', textContent: `${more} more of ${finding.code} are not shown.`})]),
  );
}

const HINTS = {
  safe: 'Each call that would have succeeded still does.',
  unsafe: 'Calls may behave differently, or a number is chosen for you: check the change.',
} as const;

/** The fix that the command line would write, then those that need a decision. */
export const fixesOf = ({fix, suggestions}: Finding): readonly Fix[] => [
  ...(fix === undefined ? [] : [fix]),
  ...suggestions,
];

/** The page of the rule in the site. */
export const ruleLink = ({code, name}: Finding): HTMLAnchorElement =>
  element('a', {href: `../rules/${code}.html`, target: '_blank', rel: 'noopener', title: name, textContent: code});
