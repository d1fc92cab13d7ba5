/** Reports the problems in the text and the shape of a file. */

import {nearest} from '../../src/policy/suggestions.ts';
import {Patch} from '../edit/patch.ts';
import {type Plan, planOf} from '../edit/plan.ts';
import {below} from '../model/layer.ts';
import type {RuleSet} from '../rule-set.ts';
import {inMilliseconds, likenessOf, nameInNote} from '../shape/likeness.ts';
import type {Shape, ShapeProblem} from '../shape/shape.ts';
import {suggestedField} from '../shape/suggested-field.ts';
import {nearestPlace, type Place, parentPath, spanToShow} from '../source/places.ts';
import {toValue} from '../source/read.ts';
import type {Source, SourceProblem, Span} from '../source/tree.ts';
import type {Unit} from '../source/unit.ts';
import type {Collector} from './collector.ts';
import {hostsOf} from './hosts.ts';
import type {LazyFix} from './lazy-fix.ts';

/** @param shapes The policies of the file. Duplicate keys elsewhere in the file are not reported. */
export function reportSource(
  {path, text, problems}: Source,
  shapes: readonly Shape[],
  rules: RuleSet,
  collector: Collector,
): void {
  const isOfPolicy = (span: Span): boolean =>
    shapes.some(({unit: {root}}) => root.span.start <= span.start && span.end <= root.span.end);
  for (const problem of problems) {
    if (problem.code === 'RL002' && !isOfPolicy(problem.span)) continue;
    const rule = rules.get(problem.code);
    const severity = rules.severityOf(rule);
    if (severity === undefined) continue;
    const {message, span, related} = problem;
    collector.add({
      rule,
      severity,
      message,
      span: visible(span, text),
      pointer: '',
      identity: '',
      related: related ? [{message: related.message, path, range: collector.rangeOf(related.span)}] : [],
      fix: fixOfText(problem),
    });
  }
}

function fixOfText({fix}: SourceProblem): LazyFix | undefined {
  if (fix === undefined) return undefined;
  const {title, span, text} = fix;
  return {title, plan: () => ({edits: [{...span, text}]})};
}

const CODES = {'wrong-value': 'RL003', 'unknown-field': 'RL004', 'missing-field': 'RL005'} as const;

export function reportShape(shape: Shape, rules: RuleSet, collector: Collector): void {
  for (const problem of shape.problems) {
    const rule = rules.get(CODES[problem.kind]);
    const severity = rules.severityOf(rule);
    if (severity === undefined) continue;
    const {path} = problem;
    collector.add({
      rule,
      severity,
      message: sentence(problem),
      span: spanOf(shape, problem),
      pointer: below(shape.unit.base, path),
      identity: below(shape.unit.id, path),
      fix: fixOfField(shape, problem),
      suggestions: renamesOfNote(shape.unit, problem),
      values: () => (problem.place === undefined ? [] : [toValue(problem.place.node)]),
    });
  }
}

/** Reports what the dialect found while it read the policy. */
export function reportRemarks(shape: Shape, rules: RuleSet, collector: Collector): void {
  const {unit, remarks = []} = shape;
  for (const remark of remarks) {
    const rule = rules.get(remark.code);
    const severity = rules.severityOf(rule, rule, remark);
    if (severity === undefined) continue;
    const {message, place, fix} = remark;
    collector.add({
      rule,
      severity,
      message,
      span: spanToShow(place),
      pointer: below(unit.base, place.path),
      identity: below(unit.id, place.path.replaceAll(/\[\d+\]/g, '')),
      fix: fix && {title: fix.title, plan: () => planOfValue(unit, place, fix.value)},
      values: () => [toValue(place.node), ...hostsOf(shape)],
    });
  }
}

function planOfValue(unit: Unit, {segments}: Place, value: unknown): Plan | undefined {
  const patch = new Patch(unit);
  return patch.set(segments, value) ? planOf(patch) : undefined;
}

const sentence = (problem: ShapeProblem): string =>
  `${problem.path === '' ? 'The policy' : problem.path} ${problem.message}${meantWord(problem)}`.replace(
    /(?<![.?])$/,
    '.',
  ) + howToNote(problem);

/** The name in the key of a note, or of a field that is commented out; undefined for other problems. */
const noteOf = ({kind, place}: ShapeProblem): string | undefined =>
  kind === 'unknown-field' ? nameInNote(String(place?.segments.at(-1))) : undefined;

function howToNote(problem: ShapeProblem): string {
  const name = noteOf(problem);
  return name === undefined
    ? ''
    : ` Begin the name of a note, or of a field that is commented out, with x-: x-${name}.`;
}

/** Only the author knows whether a mark around a name is a slip. */
function renamesOfNote(unit: Unit, problem: ShapeProblem): LazyFix[] {
  const name = noteOf(problem);
  if (name === undefined) return [];
  const near = suggestedField(problem.message);
  const isMeant = near !== undefined && likenessOf(name, near) !== 'other';
  return [`x-${name}`, ...(isMeant ? [near] : [])].map(to => renaming(unit, problem.place!.segments, to));
}

const renaming = (unit: Unit, segments: Place['segments'], to: string): LazyFix => ({
  title: `Rename it to ${to}`,
  plan: () => {
    const patch = new Patch(unit);
    return patch.rename(segments, to) ? planOf(patch) : undefined;
  },
});

/** The word of a list that a misspelt one means. Read from the message, as the name of a field is: see `suggestedField`. */
function meantWord({kind, message, place}: ShapeProblem): string {
  const value = place?.node.kind === 'scalar' ? place.node.value : undefined;
  if (kind !== 'wrong-value' || typeof value !== 'string') return '';
  const words = [...(message.split(', got ')[0] ?? '').matchAll(/"([^"]+)"/g)].map(([, word]) => word!);
  const near = nearest(value, words);
  // "6xx" is no slip for "5xx".
  return near === undefined || digitsOf(near) !== digitsOf(value) ? '' : `; did you mean "${near}"?`;
}

const digitsOf = (word: string): string => word.replaceAll(/\D/g, '');

/** An unknown field is its key, a wrong value itself; what is missing is missing in what is around it. */
function spanOf({places}: Shape, {kind, path, place}: ShapeProblem): Span {
  const shown = place ?? nearestPlace(places, parentPath(path));
  if (shown === undefined) return {start: 0, end: 0};
  const isValue = kind === 'wrong-value' && shown.node.kind === 'scalar' && shown.node.span.end > shown.node.span.start;
  return isValue ? shown.node.span : spanToShow(shown);
}

/** The field that a misspelt one means; undefined for other problems. */
const targetOf = ({path, meant}: ShapeProblem): string | undefined =>
  meant === undefined ? undefined : below(parentPath(path), meant);

function fixOfField(shape: Shape, problem: ShapeProblem): LazyFix | undefined {
  const {unit} = shape;
  const {place, meant} = problem;
  if (place === undefined) return undefined;
  if (meant === undefined) return fixOfUnit(unit, problem);
  // Which of two misspelt fields is meant, only the author knows.
  if (shape.problems.some(other => other !== problem && targetOf(other) === targetOf(problem))) return undefined;
  const isSure = !problem.ignored && likenessOf(String(place.segments.at(-1)), meant) === 'same';
  return {...renaming(unit, place.segments, meant), safety: isSure ? 'safe' : 'unsafe'};
}

/** A number of seconds, in milliseconds. Unsafe: only the author knows that these are seconds. */
function fixOfUnit(unit: Unit, {kind, place, message}: ShapeProblem): LazyFix | undefined {
  const near = kind === 'unknown-field' ? suggestedField(message) : undefined;
  if (place === undefined || near === undefined || place.node.kind !== 'scalar') return undefined;
  const {segments, node} = place;
  const ms = inMilliseconds(String(segments.at(-1)), near, node.value);
  if (ms === undefined) return undefined;
  const plan = (): Plan | undefined => {
    const patch = new Patch(unit);
    return patch.rename(segments, near) && patch.set(segments, ms) ? planOf(patch) : undefined;
  };
  return {title: `Replace it by ${near}: ${ms}`, plan, safety: 'unsafe'};
}

/** Something to underline, wherever the text has something. */
function visible({start, end}: Span, text: string): Span {
  return end > start || start >= text.length ? {start, end: Math.min(end, text.length)} : {start, end: start + 1};
}
