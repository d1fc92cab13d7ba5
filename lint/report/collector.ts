/** Turns the drafts of rules, with paths of a policy, into findings, with lines of a file. */

import {acceptanceOf} from '../baseline.ts';
import {lastingCode, noteCheck, type RuleCheck} from '../check-of.ts';
import {documentationOf} from '../documentation.ts';
import {planOfChanges} from '../edit/changes.ts';
import {
  type Confidence,
  type Finding,
  type FindingTag,
  type RelatedPlace,
  type Severity,
  severities,
} from '../finding.ts';
import {below} from '../model/layer.ts';
import {describeMatch} from '../model/model.ts';
import {isDefault, type Scope, type Spot, spotOf, writtenAt} from '../model/scope.ts';
import type {Draft, FixDraft, Rule} from '../rule.ts';
import {linesOf, type Range} from '../source/lines.ts';
import {type Place, spanToShow} from '../source/places.ts';
import type {Source, Span} from '../source/tree.ts';
import {hostsOf} from './hosts.ts';
import {fixOf, type LazyFix, once} from './lazy-fix.ts';

/** One finding, as far as a rule or a reader knows it. */
export interface Statement {
  readonly rule: Rule;
  /** Default: that of the rule. */
  readonly check?: RuleCheck;
  readonly severity: Severity;
  readonly confidence?: Confidence | undefined;
  readonly tag?: FindingTag | undefined;
  readonly message: string;
  /** In the linted file. */
  readonly span: Span;
  readonly pointer: string;
  /** The pointer without what moves. */
  readonly identity: string;
  readonly related?: readonly RelatedPlace[];
  readonly fix?: LazyFix | undefined;
  readonly suggestions?: readonly LazyFix[] | undefined;
  /** The value that the finding is about, and those that explain it. */
  readonly values?: (() => readonly unknown[]) | undefined;
}

/**
 * Collects findings. A finding that several scopes report at one place is kept once, as the first scope reports it that gives it the highest
 * severity.
 */
export class Collector {
  readonly findings: Finding[] = [];
  readonly #source: Source;
  readonly #said = new Map<string, Finding>();
  readonly #fingerprints = new Map<string, number>();

  constructor(source: Source) {
    this.#source = source;
  }

  /** A rule's draft, with its paths resolved. */
  addDraft(rule: Rule, check: RuleCheck, severity: Severity, scope: Scope, draft: Draft): void {
    const spot = placed(draft) ?? spotOf(scope, draft.at);
    const span = draft.span ?? (spot.place === undefined ? {start: 0, end: 0} : spanToShow(spot.place));
    if (this.#isSaid(check, severity, span)) return;
    const path = spot.from === undefined ? spot.path : draft.at;
    const shown = spot.from === undefined ? (spot.place?.path ?? path) : path;
    const {base = '', id = ''} = scope.file.shape?.unit ?? {};
    this.add({
      rule,
      check,
      severity,
      confidence: draft.confidence ?? check.confidence,
      tag: draft.tag,
      message: draft.message,
      span,
      pointer: below(base, shown),
      identity: below(id, draft.place ? placedIdentity(draft.place) : identityOf(scope, path, draft.at)),
      related: this.#related(scope, spot, draft),
      fix: draft.fix && this.#fixOf(rule, lazyFix(scope, draft.fix)),
      suggestions: draft.suggestions?.map(suggestion => lazyFix(scope, suggestion)),
      values: () => [
        ...[...new Set([draft, ...(draft.related ?? [])].map(({at}) => at))].map(at => writtenAt(scope, at)),
        ...hostsOf(scope.file.shape),
      ],
    });
  }

  add(statement: Statement): void {
    const {rule, check = rule, severity, confidence, tag, message, span, pointer, identity, related} = statement;
    const {fix, suggestions, values} = statement;
    if (this.#isSaid(check, severity, span)) return;
    this.#drop(this.#said.get(keyOf(check, span)));
    const computedFix = once(() => fix && fixOf(fix, rule.fix ?? 'unsafe', this.rangeOf));
    const computedSuggestions = once(() =>
      (suggestions ?? []).map(each => fixOf(each, 'unsafe', this.rangeOf)).filter(each => each !== undefined),
    );
    const fingerprint = this.#unique(`${lastingCode(check)} ${identity}`);
    const acceptance = once(() => acceptanceOf(fingerprint, severity, values?.() ?? [], message));
    const finding: Finding = {
      code: rule.code,
      name: rule.name,
      severity,
      confidence: confidence ?? rule.confidence,
      message,
      path: this.#source.path,
      range: linesOf(this.#source).rangeOf(span),
      tags: tag === undefined ? [] : [tag],
      pointer,
      fingerprint,
      get acceptance() {
        return acceptance();
      },
      related: related ?? [],
      get fix() {
        return computedFix();
      },
      get suggestions() {
        return computedSuggestions();
      },
      docs: documentationOf(rule).url,
    };
    noteCheck(finding, check);
    this.#said.set(keyOf(check, span), finding);
    this.findings.push(finding);
  }

  /** The range of a place in the linted file. */
  rangeOf = (span: Span): Range => linesOf(this.#source).rangeOf(span);

  /** A safe fix takes out no comment: it may state the reason of the author. Text that only looks like one counts as one. */
  #fixOf({fix: safety}: Rule, fix: LazyFix): LazyFix {
    if (safety !== 'safe') return fix;
    const plan = once(fix.plan);
    const {text} = this.#source;
    const isLost = ({start, end}: Span): boolean => /\/[/*]|#/.test(text.slice(start, end));
    return {
      title: fix.title,
      plan,
      get safety() {
        return plan()?.edits.some(isLost) ? 'unsafe' : 'safe';
      },
    };
  }

  #isSaid(check: RuleCheck, severity: Severity, span: Span): boolean {
    const said = this.#said.get(keyOf(check, span));
    return said !== undefined && severities.indexOf(said.severity) <= severities.indexOf(severity);
  }

  #drop(finding: Finding | undefined): void {
    if (finding === undefined) return;
    this.findings.splice(this.findings.indexOf(finding), 1);
    if (this.#fingerprints.get(finding.fingerprint) === 1) this.#fingerprints.delete(finding.fingerprint);
  }

  /** Code scanning drops results whose fingerprint it has seen, so equals are numbered. */
  #unique(fingerprint: string): string {
    const count = (this.#fingerprints.get(fingerprint) ?? 0) + 1;
    this.#fingerprints.set(fingerprint, count);
    return count === 1 ? fingerprint : `${fingerprint} #${count}`;
  }

  #related(scope: Scope, spot: Spot, draft: Draft): RelatedPlace[] {
    const found: RelatedPlace[] = [];
    const add = (message: string, place: Place | undefined): void => {
      if (place === undefined) return;
      const {source} = place.unit;
      found.push({message, path: source.path, range: linesOf(source).rangeOf(spanToShow(place))});
    };
    if (spot.from !== undefined) {
      const {place, name, path} = spot.from;
      if (place === undefined) add(`${name} sets ${path}.`, spot.place);
      else add(`${path} is set here.`, place);
    }
    for (const {at, message} of draft.related ?? []) {
      // What a program does without a field for it has no place of its own.
      if (!scope.dialect.expresses(at.replaceAll(/\[\d+\]/g, ''))) continue;
      // The finding itself shows it.
      if (at === draft.at) continue;
      // A default is written nowhere, so there is nothing to show.
      if (isDefault(scope, at)) continue;
      const other = spotOf(scope, at);
      add(message, other.from?.place ?? other.place);
    }
    return found;
  }
}

const placed = ({place}: Draft): Spot | undefined => place && {place, path: place.path, from: undefined};

/** The path without indexes, and what is written there. */
const placedIdentity = ({path, node}: Place): string =>
  path.replaceAll(/\[\d+\]/g, '') + (node.kind === 'scalar' ? `["${node.value}"]` : '');

const keyOf = (check: RuleCheck, {start}: Span): string => `${lastingCode(check)} ${start}`;

const lazyFix = (scope: Scope, fix: FixDraft): LazyFix => ({
  title: fix.title,
  plan: () => planOfChanges(scope, fix.changes),
});

/**
 * A path that stays the same when entries move: a trigger or a method is identified by its value, and a route by its match, instead of its index.
 *
 * @param at The path from the top of the scope.
 */
function identityOf(scope: Scope, path: string, at: string): string {
  const value = ENTRY.test(at) ? writtenAt(scope, at) : undefined;
  const entry = value === undefined ? path : path.replace(/\d+\]$/, () => `${JSON.stringify(String(value))}]`);
  if (scope.match === undefined) return entry;
  return entry.replace(/^routes\[\d+\]/, () => `routes[${describeMatch(scope.match ?? {})}]`);
}

const ENTRY = /(?:retryOn|ethods)\[\d+\]$/;
