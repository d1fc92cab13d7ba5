/** A loop that is run in thought, with an operation that always fails in one way: how often it is tried, and how long it waits. */

import type {PythonModule} from '../../../source/python/module.ts';
import {childrenOf, type SyntaxNode} from '../../../source/python/syntax.ts';
import {assignmentOf, bodyOf, branchesOf, contains, statementsOf, tryOf, within} from './blocks.ts';
import {isQuiet, isSleep, mayWait, sleptIn} from './sleeps.ts';
import {isEqual, State} from './state.ts';
import {exactly, type Range, rangeOf, truthOf, type Value} from './values.ts';

/** How a part of a program ends. */
export type Flow = {readonly to: 'next' | 'continue' | 'break' | 'raise' | 'return'; readonly node?: SyntaxNode};

const NEXT: Flow = {to: 'next'};

/** One way in which an attempt fails. */
export interface Failure {
  /** The body of the handler that runs then; undefined for an answer, whose tests decide. */
  readonly target?: SyntaxNode;
  /** That of the answer. */
  readonly status?: number;
  /** The call that is tried. */
  readonly call: SyntaxNode;
}

/** An exit that is taken on a condition that is not known. */
export interface Exit {
  readonly flow: Flow;
  readonly test: SyntaxNode | undefined;
}

interface Aside {
  readonly test: SyntaxNode | undefined;
  readonly values: ReadonlyMap<string, Value>;
  readonly pending: Range | undefined;
}

/** So many statements of a file are run in thought, for a third of a second. Those of people have a tenth of them. */
const MOST_STATEMENTS = 50_000;
const RUN = new WeakMap<PythonModule, number>();

/** Whether the loops of a file take too long, as those of machines do. */
export const isTooLong = (module: PythonModule): boolean => (RUN.get(module) ?? 0) > MOST_STATEMENTS;

export class Runner {
  readonly state: State;
  readonly #module: PythonModule;
  readonly #failure: Failure;
  /** The waits between attempts; undefined for one that is not known. */
  readonly waits: (Range | undefined)[] = [];
  readonly sleeps: Map<number, SyntaxNode> = new Map();
  readonly exits: Exit[] = [];
  /** Whether something on the way may wait that is no sleep. */
  mayWait = false;
  #pending: Range | undefined = exactly(0);
  #aside: Aside | undefined;
  #started = false;

  constructor(module: PythonModule, loop: SyntaxNode, failure: Failure) {
    this.state = new State(module, loop, failure.status);
    this.#module = module;
    this.#failure = failure;
  }

  /** One turn of the loop. */
  turn(body: SyntaxNode): Flow {
    this.#tried = false;
    const flow = this.#block(body);
    if (!this.#tried) this.#attempt();
    return flow;
  }

  #tried = false;

  /** The wait before this attempt is over. */
  #attempt(): void {
    if (this.#tried) return;
    this.#tried = true;
    if (this.#started) this.waits.push(this.#pending);
    this.#started = true;
    this.#pending = exactly(0);
  }

  #block(body: SyntaxNode): Flow {
    return this.#all(statementsOf(body));
  }

  #all(statements: readonly SyntaxNode[]): Flow {
    const module = this.#module;
    RUN.set(module, (RUN.get(module) ?? 0) + statements.length);
    for (const [index, statement] of statements.entries()) {
      const flow = this.#statement(statement);
      if (flow.to !== 'next') return flow;
      const aside = this.#aside;
      if (aside === undefined) continue;
      this.#aside = undefined;
      return this.#join(aside, this.#all(statements.slice(index + 1)));
    }
    return NEXT;
  }

  /** One way went on by `continue`, the other one to the end of its block. */
  #join(aside: Aside, rest: Flow): Flow {
    if (rest.to !== 'next' && rest.to !== 'continue') {
      this.exits.push({flow: rest, test: aside.test});
      this.state.restore(aside.values);
      this.#pending = aside.pending;
      return {to: 'continue'};
    }
    this.state.merge(aside.values);
    if (!isEqual(this.#pending, aside.pending)) this.#pending = undefined;
    return rest;
  }

  #statement(statement: SyntaxNode): Flow {
    const {target} = this.#failure;
    const inner = target !== undefined && contains(statement, target) ? target : undefined;
    switch (statement.name) {
      case 'TryStatement':
        return this.#try(statement, inner);
      case 'IfStatement':
        this.#attemptIn(statement.firstChild?.nextSibling);
        return inner ? this.#ifTo(statement, inner) : this.#if(statement);
      case 'WithStatement': {
        const body = bodyOf(statement);
        if (body === undefined) return NEXT;
        if (contains(statement, this.#failure.call) && !contains(body, this.#failure.call)) this.#attempt();
        this.state.forget(statement);
        return this.#block(body);
      }
      case 'ForStatement':
      case 'WhileStatement':
      case 'MatchStatement':
        this.#attemptIn(statement);
        if (statement.name === 'MatchStatement') this.exits.push({flow: {to: 'raise'}, test: statement});
        this.#pass(statement);
        return NEXT;
      case 'AssignStatement':
      case 'UpdateStatement':
        this.#attemptIn(statement);
        this.#assign(statement);
        this.#notice(statement);
        return NEXT;
      case 'ReturnStatement':
        this.#attemptIn(statement);
        return {to: 'return', node: statement};
      case 'RaiseStatement':
        return {to: 'raise', node: statement};
      case 'BreakStatement':
        return {to: 'break', node: statement};
      case 'ContinueStatement':
        return {to: 'continue', node: statement};
      case 'ExpressionStatement':
        this.#attemptIn(statement);
        this.#notice(statement);
        return NEXT;
      default:
        return NEXT;
    }
  }

  /** Runs a statement of which only its sleeps and its names are looked at. */
  #pass(statement: SyntaxNode): void {
    if (within(statement).some(node => isSleep(node, this.#module))) this.#pending = undefined;
    this.state.forget(statement);
  }

  #attemptIn(node: SyntaxNode | null | undefined): void {
    if (node && contains(node, this.#failure.call)) this.#attempt();
  }

  #try(statement: SyntaxNode, target: SyntaxNode | undefined): Flow {
    const parts = tryOf(statement);
    if (parts === undefined) return NEXT;
    const {call} = this.#failure;
    const handler = target && parts.handlers.find(({body}) => contains(body, target));
    let flow: Flow = NEXT;
    if (handler !== undefined) {
      this.#until(parts.body, call);
      this.#attempt();
      flow = this.#block(handler.body);
    } else {
      flow = this.#block(parts.body);
      if (flow.to === 'next' && parts.orElse !== undefined) flow = this.#block(parts.orElse);
    }
    const last: Flow = parts.last === undefined ? NEXT : this.#block(parts.last);
    return last.to === 'next' ? flow : last;
  }

  /** What is done before the call that fails. */
  #until(body: SyntaxNode, call: SyntaxNode): void {
    for (const statement of statementsOf(body)) {
      if (contains(statement, call)) return;
      if (['AssignStatement', 'UpdateStatement', 'ExpressionStatement'].includes(statement.name))
        this.#statement(statement);
      else this.#pass(statement);
    }
  }

  /** Takes the branch with the handler. */
  #ifTo(statement: SyntaxNode, target: SyntaxNode): Flow {
    const branch = branchesOf(statement).find(({body}) => contains(body, target));
    if (branch === undefined) return NEXT;
    const truth = branch.test === undefined || truthOf(this.state.valueOf(branch.test));
    return truth === false ? {to: 'raise'} : this.#block(branch.body);
  }

  #if(statement: SyntaxNode): Flow {
    const branches = branchesOf(statement);
    const open: {readonly test: SyntaxNode | undefined; readonly body: SyntaxNode | undefined}[] = [];
    for (const {test, body} of branches) {
      const truth = test === undefined ? true : truthOf(this.state.valueOf(test));
      if (truth === false) continue;
      if (truth === true && open.length === 0) return this.#block(body);
      open.push({test, body});
      if (truth === true) break;
    }
    if (open.length === 0) return NEXT;
    if (open.at(-1)?.test !== undefined) open.push({test: open.at(-1)!.test, body: undefined});
    return this.#either(open);
  }

  /** Runs the branches that go on, of those on conditions that are not known. */
  #either(branches: readonly {readonly test: SyntaxNode | undefined; readonly body: SyntaxNode | undefined}[]): Flow {
    const before = this.state.snapshot();
    const pending = this.#pending;
    const ways = branches.map(({test, body}) => {
      this.state.restore(before);
      this.#pending = pending;
      const flow = body === undefined ? NEXT : this.#block(body);
      return {test, flow, values: this.state.snapshot(), pending: this.#pending};
    });
    const [first] = branches;
    const on = ways.filter(({flow}) => flow.to === 'next' || flow.to === 'continue');
    for (const {flow, test} of ways)
      if (flow.to !== 'next' && flow.to !== 'continue') this.exits.push({flow, test: test ?? first?.test});
    const next = on.filter(({flow}) => flow.to === 'next');
    const [kept, ...others] = next.length > 0 ? next : on;
    if (kept === undefined) return ways[0]?.flow ?? NEXT;
    if (next.length > 0) this.#aside = on.find(({flow}) => flow.to === 'continue');
    this.state.restore(kept.values);
    this.#pending = kept.pending;
    for (const other of others) {
      this.state.merge(other.values);
      if (!isEqual(this.#pending, other.pending)) this.#pending = undefined;
    }
    return kept.flow;
  }

  #assign(statement: SyntaxNode): void {
    const {state} = this;
    const assigned = assignmentOf(statement);
    if (assigned !== undefined) {
      const value = assigned.value && state.valueOf(assigned.value);
      for (const target of assigned.targets) state.set(this.#module.textOf(target), value);
      if (assigned.value === undefined) state.forget(statement);
      return;
    }
    const [target, sign, operand] = childrenOf(statement);
    if (target === undefined || sign === undefined || operand === undefined) return;
    state.set(this.#module.textOf(target), this.#updated(target, this.#module.textOf(sign), operand));
  }

  #updated(target: SyntaxNode, sign: string, operand: SyntaxNode): Value {
    const [a, b] = [rangeOf(this.state.valueOf(target)), rangeOf(this.state.valueOf(operand))];
    if (a === undefined || b === undefined) return undefined;
    if (sign === '+=') return {lo: a.lo + b.lo, hi: a.hi + b.hi};
    if (sign === '-=') return {lo: a.lo - b.hi, hi: a.hi - b.lo};
    if (sign === '*=') return {lo: a.lo * b.lo, hi: a.hi * b.hi};
    return sign === '**=' ? {lo: a.lo ** b.lo, hi: a.hi ** b.hi} : undefined;
  }

  /** Sleeps, and what may be a wait under another name. */
  #notice(statement: SyntaxNode): void {
    for (const {node, kind} of callsIn(statement, this.#module)) {
      if (contains(node, this.#failure.call)) continue;
      if (kind === 'sleep') this.#sleep(node);
      else if (kind === 'wait') this.#pending = undefined;
      else this.mayWait = true;
    }
  }

  #sleep(call: SyntaxNode): void {
    const argument = sleptIn(call, this.#module);
    const slept = argument && rangeOf(this.state.valueOf(argument));
    this.sleeps.set(call.from, call);
    if (slept === undefined || this.#pending === undefined) this.#pending = undefined;
    else this.#pending = {lo: this.#pending.lo + Math.max(0, slept.lo), hi: this.#pending.hi + Math.max(0, slept.hi)};
  }
}

interface Noticed {
  readonly node: SyntaxNode;
  readonly kind: 'sleep' | 'wait' | 'other';
}

const NOTICED = new WeakMap<SyntaxNode, readonly Noticed[]>();

/** The calls of a statement that wait, or may. */
function callsIn(statement: SyntaxNode, module: PythonModule): readonly Noticed[] {
  const known = NOTICED.get(statement);
  if (known !== undefined) return known;
  const calls = within(statement).filter(({name}) => name === 'CallExpression');
  const sleeps = calls.filter(node => isSleep(node, module));
  const found = calls.flatMap((node): Noticed[] => {
    // What computes a wait does not wait itself.
    if (sleeps.some(sleep => sleep.from < node.from && node.to < sleep.to)) return [];
    if (sleeps.includes(node)) return [{node, kind: 'sleep'}];
    if (mayWait(node, module)) return [{node, kind: 'wait'}];
    return isQuiet(node, module) ? [] : [{node, kind: 'other'}];
  });
  NOTICED.set(statement, found);
  return found;
}
