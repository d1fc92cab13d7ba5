/** What comes of a loop whose operation always fails in one way. */

import type {PythonModule} from '../../../source/python/module.ts';
import type {SyntaxNode} from '../../../source/python/syntax.ts';
import {goesOn, type Head, turnsOf} from './head.ts';
import {leap, type Outcome, type Values} from './leap.ts';
import {type Exit, type Failure, type Flow, isTooLong, Runner} from './run.ts';
import type {Range} from './values.ts';

export interface Trial {
  /** Whether the first failure leads to another attempt. */
  readonly retries: boolean;
  /** Infinity for a loop without an end; undefined where it is not known. */
  readonly attempts: number | undefined;
  readonly waits: readonly (Range | undefined)[];
  readonly sleeps: readonly SyntaxNode[];
  readonly exits: readonly Exit[];
  /** Whether something on the way may wait that is no sleep. */
  readonly mayWait: boolean;
  /** How it ends: `next` where the loop runs out; undefined where that is not known. */
  readonly end: Flow | undefined;
}

/** So many turns are gone through one by one: waits grow to their cap, and lists of waits end. */
const TURNS = 100;

export function tryOut(head: Head, loop: SyntaxNode, failure: Failure, module: PythonModule): Trial {
  const runner = new Runner(module, loop, failure);
  const {state} = runner;
  const turns = head.kind === 'for' ? turnsOf(head, state, module) : undefined;
  const most = turns?.most ?? Infinity;
  let isUnsure = head.kind === 'for' && turns?.most === undefined;
  let made = 0;
  let end: Flow | undefined;
  const seen: Values[] = [];
  for (; made < TURNS && end === undefined; made++) {
    if (isTooLong(module)) {
      isUnsure = true;
      break;
    }
    const on = made < most && (head.kind === 'for' || goesOn(head, state));
    if (on === false) {
      end = NEXT;
      break;
    }
    isUnsure ||= on === undefined;
    if (head.variable !== undefined) state.set(module.textOf(head.variable), turns?.at(made, made));
    if (head.item !== undefined) state.set(module.textOf(head.item), turns?.itemAt?.(made, made));
    end = endOf(runner.turn(head.body));
    if (made >= TURNS - 3) seen.push(state.snapshot());
  }
  const known = Number.isFinite(most) ? most : undefined;
  if (end === undefined && !isUnsure && !state.assumed && runner.exits.length === 0) {
    const last = leap(seen, TURNS, (stretch, values): Outcome<Flow> => {
      if (stretch.first >= most) return NEXT;
      const far = new Runner(module, loop, failure);
      far.state.restore(values);
      if (head.variable !== undefined)
        far.state.set(module.textOf(head.variable), turns?.at(stretch.first, stretch.end - 1));
      if (head.item !== undefined) far.state.set(module.textOf(head.item), undefined);
      const on = head.kind === 'for' ? stretch.end <= most || undefined : goesOn(head, far.state);
      if (on === false) return NEXT;
      const flow = endOf(far.turn(head.body));
      if (!on || far.exits.length > 0) return 'unsure';
      return flow ?? 'on';
    });
    if (typeof last === 'object') {
      end = last.end;
      made = last.end.to === 'next' ? last.turn : last.turn + 1;
    } else if (last === 'on') made = Infinity;
    else isUnsure = true;
  }
  const isOpen = isUnsure || state.assumed || runner.exits.length > 0;
  const isCounted = !isUnsure && (end !== undefined || !isOpen);
  return {
    retries: made > 1,
    attempts: isCounted ? made : end === undefined ? known : undefined,
    waits: runner.waits,
    sleeps: [...runner.sleeps.values()],
    exits: runner.exits,
    mayWait: runner.mayWait,
    end: isUnsure || state.assumed ? undefined : end,
  };
}

const NEXT: Flow = {to: 'next'};

/** Undefined where the loop goes on behind a turn. */
const endOf = (flow: Flow): Flow | undefined => (flow.to === 'next' || flow.to === 'continue' ? undefined : flow);
