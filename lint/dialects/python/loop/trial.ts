/** What comes of a loop whose operation always fails in one way. */

import type {PythonModule} from '../../../source/python/module.ts';
import type {SyntaxNode} from '../../../source/python/syntax.ts';
import {goesOn, type Head, turnsOf} from './head.ts';
import {type Exit, type Failure, type Flow, Runner} from './run.ts';
import type {Range} from './values.ts';

export interface Trial {
  readonly failure: Failure;
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

/** More turns show nothing new. */
const TURNS = 200;

export function tryOut(head: Head, loop: SyntaxNode, failure: Failure, module: PythonModule): Trial {
  const runner = new Runner(module, loop, failure);
  const {state} = runner;
  const turns = head.kind === 'for' ? turnsOf(head, state, module) : undefined;
  let isUnsure = head.kind === 'for' && turns?.most === undefined;
  let made = 0;
  let end: Flow | undefined;
  for (let turn = 0; turn < TURNS; turn++) {
    if (turns !== undefined) {
      if (turn >= (turns.most ?? Infinity)) {
        end = {to: 'next'};
        break;
      }
      if (head.variable !== undefined) state.set(module.textOf(head.variable), turns.at(turn));
    } else {
      const on = goesOn(head, state);
      if (on === false) {
        end = {to: 'next'};
        break;
      }
      isUnsure ||= on === undefined;
    }
    made++;
    const flow = runner.turn(head.body);
    if (flow.to === 'next' || flow.to === 'continue') continue;
    end = flow;
    break;
  }
  const isBounded = end !== undefined;
  const isEndless = !isBounded && !isUnsure && !state.assumed && runner.exits.length === 0;
  const known = turns?.most !== undefined && Number.isFinite(turns.most) ? turns.most : undefined;
  return {
    failure,
    retries: made > 1,
    attempts: isBounded && !isUnsure ? made : isEndless ? Infinity : isBounded ? undefined : known,
    waits: runner.waits,
    sleeps: [...runner.sleeps.values()],
    exits: runner.exits,
    mayWait: runner.mayWait,
    end: isUnsure || state.assumed ? undefined : end,
  };
}
