/** A Python file as dialects see it: its calls with full names, and its loops. Nothing of it is ever run. */

import type {SyntaxNode, Tree} from '@lezer/common';
import type {Comment, Span} from '../span.ts';
import {Names} from './names.ts';
import {type Argument, argumentsIn, around, childrenOf, isBroken, spanOf, walk} from './syntax.ts';
import {constantOf, type Known} from './values.ts';

/** A call, or a decorator. */
export interface Call {
  /** With imports followed: `tenacity.retry`, `openai.OpenAI().chat.completions.create`, `range`. */
  readonly name: string;
  readonly node: SyntaxNode;
  /** The last name of what is called. */
  readonly callee: Span;
  /** From its opening to its closing parenthesis; undefined for a decorator without them. */
  readonly parentheses: Span | undefined;
  readonly args: readonly Argument[];
  /** Whether `*args` or `**kwargs` bring in arguments that are not seen. */
  readonly isOpen: boolean;
  /** The function that it decorates. */
  readonly decorates: SyntaxNode | undefined;
}

/** What a file imports from other modules of the project, by its full name. */
export type Imports = ReadonlyMap<string, {readonly module: PythonModule; readonly name: string}>;

/** A Python file. */
export class PythonModule {
  readonly #tree: Tree;
  readonly text: string;
  readonly names: Names;
  /** In the order of the text, without those whose name is not known or whose text is broken. */
  readonly calls: readonly Call[];
  /** `for` and `while`. */
  readonly loops: readonly SyntaxNode[];
  readonly comments: readonly Comment[];
  /** How many places the parser could not read, or CPython refuses: a statement of Python 2, a text without an end. */
  readonly flaws: number;
  /** Whether nothing in it is left out: neither what the parser could not read, nor names that a module brings in that is not known. */
  readonly isWhole: boolean;
  /** Whether it runs when it is started by itself: `if __name__ == "__main__"`. */
  readonly isScript: boolean;

  readonly #imports: Imports | undefined;
  readonly #said = new Map<string, boolean>();

  constructor(tree: Tree, text: string, far?: Imports) {
    this.#imports = far;
    this.#tree = tree;
    this.text = text;
    this.names = new Names(tree, text, far);
    const calls: Call[] = [];
    const loops: SyntaxNode[] = [];
    const comments: Comment[] = [];
    let flaws = 0;
    walk(tree, ref => {
      // A node is made for each that is asked for.
      if (ref.type.isError || ref.name === 'PrintStatement' || isUnclosed(ref, text)) flaws++;
      else if (ref.name === 'CallExpression' || ref.name === 'Decorator') {
        const call = this.#callAt(ref.node);
        if (call !== undefined) calls.push(call);
      } else if (ref.name === 'ForStatement' || ref.name === 'WhileStatement') loops.push(ref.node);
      else if (ref.name === 'Comment') comments.push(commentAt(ref.node, text));
    });
    this.calls = calls;
    this.loops = loops;
    this.comments = comments;
    this.flaws = flaws;
    this.isWhole = flaws === 0 && !this.names.isOpen;
    this.isScript = /^if __name__ == ['"]__main__['"]/m.test(text);
  }

  /** The same file, of which more is known. */
  with = (far: Imports): PythonModule => new PythonModule(this.#tree, this.text, far);

  /** What a name stands for that another module of the project binds. */
  farOf(node: SyntaxNode): {readonly module: PythonModule; readonly value: SyntaxNode} | undefined {
    const far = this.names.farOf(node);
    const module = far && this.#imports?.get(far.target)?.module;
    return module && {module, value: far.value};
  }

  constantOf = (node: SyntaxNode): Known | undefined => constantOf(node, this.names);

  textOf = (node: SyntaxNode): string => this.names.textOf(node);

  /** The call that an expression is, or that the name in it is bound to: `client` of `client = OpenAI()`. */
  callOf(node: SyntaxNode): Call | undefined {
    let at: SyntaxNode | undefined = node;
    for (let hops = 0; at !== undefined && hops < 8; hops++) {
      if (at.name === 'CallExpression') return this.#callAt(at);
      at = at.name === 'ParenthesizedExpression' ? (at.firstChild?.nextSibling ?? undefined) : this.names.boundTo(at);
    }
    return undefined;
  }

  /** The calls inside of a node, in the order of the text. */
  callsIn({from, to}: SyntaxNode): Call[] {
    const found: Call[] = [];
    for (let at = this.#firstFrom(from); at < this.calls.length; at++) {
      const call = this.calls[at]!;
      if (call.node.from >= to) break;
      if (call.node.to <= to) found.push(call);
    }
    return found;
  }

  /** Whether the text has words, which are asked for once. */
  says(words: RegExp): boolean {
    const known = this.#said.get(words.source) ?? words.test(this.text);
    this.#said.set(words.source, known);
    return known;
  }

  #firstFrom(from: number): number {
    let [low, high] = [0, this.calls.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.calls[middle]!.node.from < from) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** `Client.fetch`: the class and the function around a node, with its own name where it defines one. */
  placeOf(node: SyntaxNode): string {
    const words: string[] = [];
    for (let at: SyntaxNode | undefined = node; at !== undefined; at = around(at, DEFINITIONS)) {
      const name = DEFINITIONS.includes(at.name) ? at.getChild('VariableName') : null;
      if (name !== null) words.unshift(this.textOf(name));
    }
    return words.join('.');
  }

  #callAt(node: SyntaxNode): Call | undefined {
    const {lastChild} = node;
    // To ask for a child by its name takes long.
    const list = lastChild?.name === 'ArgList' ? lastChild : node.getChild('ArgList');
    if (list !== null && isBroken(list)) return undefined;
    const callee = node.name === 'Decorator' ? this.#decoratorName(node) : this.#calleeName(node);
    if (callee === undefined) return undefined;
    const given = list === null ? {list: [], isOpen: false} : argumentsIn(list, this.text);
    const decorated = node.name === 'Decorator' ? node.parent?.getChild('FunctionDefinition') : null;
    return {
      name: callee.name,
      node,
      callee: callee.span,
      parentheses: list === null ? undefined : spanOf(list),
      args: given.list,
      isOpen: given.isOpen,
      decorates: decorated ?? undefined,
    };
  }

  #calleeName(node: SyntaxNode): {readonly name: string; readonly span: Span} | undefined {
    const callee = node.firstChild;
    const name = callee === null ? undefined : this.names.nameOf(callee);
    if (callee === null || name === undefined) return undefined;
    return {name, span: spanOf(callee.name === 'MemberExpression' ? (callee.lastChild ?? callee) : callee)};
  }

  /** A decorator holds the names of its path itself, and no expression. */
  #decoratorName(node: SyntaxNode): {readonly name: string; readonly span: Span} | undefined {
    const [first, ...rest] = childrenOf(node).filter(({name}) => name === 'VariableName' || name === 'PropertyName');
    const head = first && this.names.nameOf(first);
    if (first === undefined || head === undefined) return undefined;
    const last = rest.at(-1) ?? first;
    return {name: [head, ...rest.map(this.textOf)].join('.'), span: spanOf(last)};
  }
}

/** Whether a line ends before a text does. The parser lets the text end there. */
function isUnclosed(
  {name, from, to}: {readonly name: string; readonly from: number; readonly to: number},
  text: string,
): boolean {
  if (name !== 'String' && name !== 'FormatString') return false;
  let open = from;
  while (/[a-z]/i.test(text[open]!)) open++;
  let last = to - 1;
  while (text[last - 1] === '\\') last--;
  return to - 1 === open || text[to - 1] !== text[open] || (to - 1 - last) % 2 === 1;
}

const DEFINITIONS: readonly string[] = ['FunctionDefinition', 'ClassDefinition'];

function commentAt({from, to}: SyntaxNode, text: string): Comment {
  const line = text.slice(text.lastIndexOf('\n', from - 1) + 1, from);
  return {
    span: {start: from, end: to},
    text: text.slice(from, to).replace(/^#+/, '').trim(),
    alone: line.trim() === '',
  };
}
