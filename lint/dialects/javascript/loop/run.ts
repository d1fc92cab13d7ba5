/** A loop that is run in thought, with an operation that always fails in one way: how often it is tried, and how long it waits. */

import type {JsModule} from '../../../source/javascript/module.ts';
import {
  bare,
  isFunction,
  isOn,
  type JsNode,
  nodeIn,
  nodesIn,
  spanOf,
  within,
  wordIn,
} from '../../../source/javascript/syntax.ts';
import {arithmetic, exactly, type LookUp, rangeOf, truthOf, type Value} from '../evaluate.ts';
import type {Head} from './head.ts';
import {isQuiet, sleepOf} from './sleeps.ts';

/** How a part of a program ends. */
export interface Flow {
  readonly to: 'next' | 'continue' | 'break' | 'throw' | 'return';
  readonly node?: JsNode;
}

const NEXT: Flow = {to: 'next'};

/** One way in which an attempt fails: what runs then, and the call that is tried. */
export interface Failure {
  readonly target: JsNode;
  readonly call: JsNode;
}

/** An exit that is taken on a condition that is not known. */
export interface Exit {
  readonly flow: Flow;
  readonly test: JsNode | undefined;
}

export interface Trial {
  /** Whether the first failure leads to another attempt. */
  readonly retries: boolean;
  /** Infinity for a loop without an end; undefined where it is not known. */
  readonly attempts: number | undefined;
  readonly waits: readonly Value[];
  readonly sleeps: readonly JsNode[];
  readonly exits: readonly Exit[];
  /** Whether something on the way may wait that is no sleep. */
  readonly mayWait: boolean;
  /** How it ends: `next` where the loop runs out; undefined where that is not known. */
  readonly end: Flow | undefined;
}

/** More turns are as good as endless. */
const TURNS = 120;
/** A bound that is not known, and no wait: `maxRetries`. */
const BOUNDS = /(?:retr(?:y|ies)|attempts?|tries)/i;
const NO_BOUND =
  /delay|after|wait|time|sec|backoff|interval|error|status|code|sleep|jitter|factor|base|on_|should|last/i;
const MANY = 1_000_000;

export function tryOut(head: Head, failure: Failure, module: JsModule): Trial {
  return new Runner(head, failure, module).run();
}

export const contains = (outer: JsNode | undefined, inner: JsNode): boolean => {
  if (outer === undefined) return false;
  const [a, b] = [spanOf(outer), spanOf(inner)];
  return a.start <= b.start && b.end <= a.end;
};

class Runner {
  readonly #head: Head;
  readonly #failure: Failure;
  readonly #module: JsModule;
  readonly #values = new Map<string, Value>();
  /** What names are before the loop. */
  readonly #initials = new Map<string, Value>();
  readonly #waits: Value[] = [];
  readonly #sleeps: JsNode[] = [];
  readonly #exits: Exit[] = [];
  #pending: Value = exactly(0);
  #assumed = false;
  #isUnsure = false;
  #mayWait = false;
  #attempts = 0;
  #isTried = false;

  constructor(head: Head, failure: Failure, module: JsModule) {
    this.#head = head;
    this.#failure = failure;
    this.#module = module;
  }

  run(): Trial {
    const {init, test, update, items, variable, body, isTestedAfter} = this.#head;
    if (init !== undefined) this.#statement(init);
    let end: Flow | undefined;
    let turn = 0;
    for (; turn < TURNS && end === undefined; turn++) {
      if (items !== undefined && variable !== undefined) {
        if (turn >= items.length) {
          end = NEXT;
          break;
        }
        this.#values.set(variable, rangeOf(items[turn], this.#module, this.#lookUp));
      } else if (test !== undefined && !(isTestedAfter && turn === 0)) {
        const on = this.#truthOf(test);
        if (on === false) {
          end = NEXT;
          break;
        }
        if (on === undefined) this.#isUnsure = true;
      }
      this.#isTried = false;
      const flow = this.#statement(body);
      if (!this.#isTried) this.#attempt();
      if (flow.to !== 'next' && flow.to !== 'continue') end = flow;
      else if (update !== undefined) this.#expression(update);
    }
    const isOpen = this.#isUnsure || this.#assumed || this.#exits.length > 0;
    const attempts =
      end === undefined
        ? isOpen
          ? undefined
          : Infinity
        : this.#isUnsure || this.#assumed
          ? undefined
          : this.#attempts;
    return {
      retries: this.#attempts > 1,
      attempts,
      waits: this.#waits,
      sleeps: [...new Set(this.#sleeps)],
      exits: this.#exits,
      mayWait: this.#mayWait,
      end: this.#isUnsure || this.#assumed ? undefined : end,
    };
  }

  /** The wait before this attempt is over. */
  #attempt(): void {
    if (this.#isTried) return;
    this.#isTried = true;
    if (this.#attempts > 0) this.#waits.push(this.#pending);
    this.#attempts++;
    this.#pending = exactly(0);
  }

  #lookUp: LookUp = node => {
    const key = this.#module.textOf(node);
    if (this.#values.has(key)) return this.#values.get(key);
    if (node.type === 'Identifier') {
      if (!this.#initials.has(key)) {
        // A name that is set from itself is not known.
        this.#initials.set(key, undefined);
        this.#initials.set(key, this.#initial(key));
      }
      const above = this.#initials.get(key);
      if (above !== undefined) return above;
    }
    if (this.#module.numberOf(node) !== undefined || this.#isList(node)) return 'constant';
    if (!BOUNDS.test(key) || NO_BOUND.test(key))
      return this.#module.valueOf(node) === undefined ? undefined : 'constant';
    this.#assumed = true;
    return exactly(MANY);
  };

  #isList = (node: JsNode): boolean =>
    node.type === 'MemberExpression' && this.#module.valueOf(nodeIn(node, 'object'))?.type === 'ArrayExpression';

  /** What a variable is before the loop: of its declaration, or the default of a parameter. */
  #initial(name: string): Value {
    const start = spanOf(this.#head.node).start;
    let owner = this.#module.functionAround(this.#head.node) ?? this.#module.program;
    for (let depth = 0; depth < 4; depth++) {
      const set = within(owner, node => isFunction(node) && node !== owner && !contains(node, this.#head.node)).filter(
        node => spanOf(node).start < start && setsName(node, name),
      );
      const [first, ...others] = set;
      if (others.length > 0) return undefined;
      if (first !== undefined) return this.#setTo(first);
      const outer = this.#module.functionAround(owner);
      if (outer === undefined && owner === this.#module.program) return undefined;
      owner = outer ?? this.#module.program;
    }
    return undefined;
  }

  #setTo(node: JsNode): Value {
    if (node.type === 'VariableDeclarator') return rangeOf(nodeIn(node, 'init'), this.#module, this.#lookUp);
    if (node.type === 'AssignmentPattern') {
      const value = rangeOf(nodeIn(node, 'right'), this.#module, this.#lookUp);
      return value;
    }
    return undefined;
  }

  #block(statements: readonly JsNode[]): Flow {
    for (const statement of statements) {
      const flow = this.#statement(statement);
      if (flow.to !== 'next') return flow;
    }
    return NEXT;
  }

  #statement(node: JsNode): Flow {
    const leads = contains(node, this.#failure.target);
    switch (node.type) {
      case 'BlockStatement':
        return this.#block(nodesIn(node, 'body'));
      case 'TryStatement':
        return this.#try(node, leads);
      case 'IfStatement':
        this.#attemptIn(nodeIn(node, 'test'));
        return leads ? this.#ifTo(node) : this.#if(node);
      case 'ReturnStatement':
        this.#attemptIn(node);
        return {to: 'return', node};
      case 'ThrowStatement':
        return {to: 'throw', node};
      case 'BreakStatement':
        return {to: 'break', node};
      case 'ContinueStatement':
        return {to: 'continue', node};
      case 'ForStatement':
      case 'ForOfStatement':
      case 'ForInStatement':
      case 'WhileStatement':
      case 'DoWhileStatement':
      case 'SwitchStatement':
        this.#attemptIn(node);
        this.#skip(node);
        return NEXT;
      case 'LabeledStatement': {
        const inner = nodeIn(node, 'body');
        return inner === undefined ? NEXT : this.#statement(inner);
      }
      case 'VariableDeclaration':
        this.#attemptIn(node);
        for (const each of nodesIn(node, 'declarations')) {
          const [name, value] = [nodeIn(each, 'id'), nodeIn(each, 'init')];
          this.#notice(value);
          if (name?.type === 'Identifier')
            this.#values.set(wordIn(name, 'name'), value && rangeOf(value, this.#module, this.#lookUp));
        }
        return NEXT;
      case 'ExpressionStatement': {
        this.#attemptIn(node);
        const expression = bare(nodeIn(node, 'expression'));
        if (expression !== undefined) this.#expression(expression);
        return NEXT;
      }
      default:
        return NEXT;
    }
  }

  #attemptIn(node: JsNode | undefined): void {
    if (contains(node, this.#failure.call)) this.#attempt();
  }

  /** Something that is not run: what it sets is not known any more, nor how long it waits. */
  #skip(node: JsNode): void {
    for (const each of within(node, isFunction)) {
      if (
        each.type === 'AwaitExpression' &&
        sleepOf(nodeIn(each, 'argument'), this.#module, this.#lookUp) !== undefined
      )
        this.#pending = undefined;
      const target = targetOf(each);
      if (target !== undefined) this.#values.set(this.#module.textOf(target), undefined);
      if (each.type === 'ThrowStatement' || each.type === 'ReturnStatement')
        this.#exits.push({flow: {to: each.type === 'ThrowStatement' ? 'throw' : 'return', node: each}, test: node});
    }
  }

  #try(node: JsNode, leads: boolean): Flow {
    const [block, handler, last] = [nodeIn(node, 'block'), nodeIn(node, 'handler'), nodeIn(node, 'finalizer')];
    let flow: Flow = NEXT;
    const body = nodeIn(handler, 'body');
    if (leads && body !== undefined && contains(body, this.#failure.target)) {
      for (const statement of nodesIn(block, 'body')) {
        if (contains(statement, this.#failure.call)) break;
        if (statement.type === 'VariableDeclaration' || statement.type === 'ExpressionStatement')
          this.#statement(statement);
        else this.#skip(statement);
      }
      this.#attempt();
      flow = this.#statement(body);
    } else if (block !== undefined) flow = this.#statement(block);
    const ended = last === undefined ? NEXT : this.#statement(last);
    return ended.to === 'next' ? flow : ended;
  }

  /** Takes the branch that the failure is about. */
  #ifTo(node: JsNode): Flow {
    const {target} = this.#failure;
    // After a test for success without an `else`, what follows is the failure.
    if (node === target) return NEXT;
    const [then, otherwise] = [nodeIn(node, 'consequent'), nodeIn(node, 'alternate')];
    const test = nodeIn(node, 'test');
    const isThen = contains(then, target);
    const truth = this.#truthOf(test);
    // `status === 429 && attempt < 3`: after the last attempt what follows ends it.
    if (truth !== undefined && truth !== isThen) return {to: 'throw'};
    const branch = isThen ? then : otherwise;
    return branch === undefined ? NEXT : this.#statement(branch);
  }

  #if(node: JsNode): Flow {
    const [then, otherwise] = [nodeIn(node, 'consequent'), nodeIn(node, 'alternate')];
    const test = nodeIn(node, 'test');
    const truth = this.#truthOf(test);
    if (truth !== undefined) {
      const branch = truth ? then : otherwise;
      return branch === undefined ? NEXT : this.#statement(branch);
    }
    const before = new Map(this.#values);
    const pending = this.#pending;
    const ways = [then, otherwise].map(branch => {
      this.#restore(before);
      this.#pending = pending;
      const flow = branch === undefined ? NEXT : this.#statement(branch);
      return {flow, values: new Map(this.#values), pending: this.#pending};
    });
    const on = ways.filter(({flow}) => flow.to === 'next' || flow.to === 'continue');
    for (const {flow} of ways) if (flow.to !== 'next' && flow.to !== 'continue') this.#exits.push({flow, test});
    const [first, second] = on;
    if (first === undefined) return ways[0]?.flow ?? NEXT;
    this.#restore(first.values);
    this.#pending = first.pending;
    if (second === undefined) return first.flow;
    // Two ways go on: what they agree on is known.
    for (const [key, value] of second.values)
      if (!isEqual(value, this.#values.get(key))) this.#values.set(key, undefined);
    if (!isEqual(first.pending, second.pending) || first.flow.to !== second.flow.to) this.#pending = undefined;
    return first.flow.to === second.flow.to ? first.flow : NEXT;
  }

  /** `++attempt > 3` and `retries-- > 0` change what they ask for. */
  #truthOf(test: JsNode | undefined): boolean | undefined {
    const updates = test === undefined ? [] : within(test, isFunction).filter(({type}) => type === 'UpdateExpression');
    for (const update of updates) if (isOn(update, 'prefix')) this.#expression(update);
    const truth = truthOf(test, this.#module, this.#lookUp);
    for (const update of updates) if (!isOn(update, 'prefix')) this.#expression(update);
    return truth;
  }

  #restore(values: ReadonlyMap<string, Value>): void {
    this.#values.clear();
    for (const [key, value] of values) this.#values.set(key, value);
  }

  #expression(node: JsNode): void {
    const at = bare(node);
    if (at.type === 'SequenceExpression') {
      for (const each of nodesIn(at, 'expressions')) this.#expression(each);
      return;
    }
    const target = targetOf(at);
    if (at.type === 'UpdateExpression' && target !== undefined) {
      const value = this.#rangeOf(target);
      this.#values.set(
        this.#module.textOf(target),
        arithmetic(wordIn(at, 'operator') === '--' ? '-' : '+', value, exactly(1)),
      );
      return;
    }
    if (at.type === 'AssignmentExpression' && target !== undefined) {
      const operator = wordIn(at, 'operator');
      const right = nodeIn(at, 'right');
      this.#notice(right);
      const value = right && rangeOf(right, this.#module, this.#lookUp);
      this.#values.set(
        this.#module.textOf(target),
        operator === '=' ? value : arithmetic(operator.slice(0, -1), this.#rangeOf(target), value),
      );
      return;
    }
    this.#notice(at);
  }

  #rangeOf = (node: JsNode): Value => rangeOf(node, this.#module, this.#lookUp);

  /** Sleeps, and what may be a wait under another name. */
  #notice(node: JsNode | undefined): void {
    if (node === undefined) return;
    for (const each of within(node, isFunction)) {
      if (each.type !== 'AwaitExpression' || contains(each, this.#failure.call)) continue;
      const awaited = bare(nodeIn(each, 'argument'));
      const sleep = sleepOf(awaited, this.#module, this.#lookUp);
      if (sleep !== undefined) {
        this.#sleeps.push(sleep.node);
        this.#pending = arithmetic('+', this.#pending, sleep.ms);
      } else if (awaited?.type === 'CallExpression' && !isQuiet(awaited, this.#module)) this.#mayWait = true;
    }
  }
}

const isEqual = (a: Value, b: Value): boolean =>
  a === b || (a !== undefined && b !== undefined && a.lo === b.lo && a.hi === b.hi);

/** What an expression sets. */
export function targetOf(node: JsNode): JsNode | undefined {
  if (node.type === 'UpdateExpression') return nodeIn(node, 'argument');
  return node.type === 'AssignmentExpression' ? nodeIn(node, 'left') : undefined;
}

function setsName(node: JsNode, name: string): boolean {
  const target =
    node.type === 'VariableDeclarator'
      ? nodeIn(node, 'id')
      : node.type === 'AssignmentPattern'
        ? nodeIn(node, 'left')
        : targetOf(node);
  return target?.type === 'Identifier' && wordIn(target, 'name') === name;
}
