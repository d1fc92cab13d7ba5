/** What the names of a Python file stand for: imports, values that are bound once, and objects that a call makes. */

import type {SyntaxNode, Tree} from '@lezer/common';
import {isBuiltIn, isKnownModule} from './stars.ts';
import {argumentsIn, around, childrenOf, walk} from './syntax.ts';

/** A name of another module. */
export interface Far {
  readonly module: {readonly names: Names};
  readonly name: string;
}

/** What binds a name in a scope. */
export type Binding =
  /** `from tenacity import retry as r`: `tenacity.retry`. */
  | {readonly kind: 'import'; readonly target: string}
  /** `N = 3`, and a parameter, or a field of a class, with a default. */
  | {readonly kind: 'value'; readonly value: SyntaxNode; readonly isParameter?: true; readonly isField?: true}
  /** A loop's variable, a parameter without a default, a sum: anything that is not known. */
  | {readonly kind: 'other'};

type Bindings = Map<string, Binding[]>;

const SCOPES: readonly string[] = ['FunctionDefinition', 'LambdaExpression', 'ClassDefinition', 'Script'];
const BINDING: ReadonlySet<string> = new Set([
  'ImportStatement',
  'AssignStatement',
  'UpdateStatement',
  'NamedExpression',
  'ForStatement',
  'WithStatement',
  'TryStatement',
  'FunctionDefinition',
  'ClassDefinition',
  'ParamList',
]);
const OTHER: Binding = {kind: 'other'};
/** Names may go in a circle: `a = b` and `b = a`. */
const maxHops = 8;
/** No library has a path so long. */
const maxDepth = 32;

export class Names {
  readonly text: string;
  /** By the offset of a scope's first character, since lezer makes new nodes for each walk. */
  readonly #scopes = new Map<number, Bindings>();
  /** `self.client`, by the offset of its class. */
  readonly #attributes = new Map<number, Bindings>();
  readonly #stars: string[] = [];
  #modules: readonly string[] | undefined;

  readonly #far: ReadonlyMap<string, Far> | undefined;

  constructor(tree: Tree, text: string, far?: ReadonlyMap<string, Far>) {
    this.text = text;
    this.#far = far;
    walk(tree, ref => {
      // A node is made for each that is asked for.
      if (BINDING.has(ref.name)) this.#enter(ref.node);
    });
  }

  /** Whether a module that is not known brings in names. */
  get isOpen(): boolean {
    return this.#stars.some(module => !isKnownModule(module));
  }

  /** The modules from which something is imported: `openai`, `langchain_openai.chat_models`. */
  get modules(): readonly string[] {
    this.#modules ??= this.#imported();
    return this.#modules;
  }

  #imported(): readonly string[] {
    const targets = [...this.#scopes.values()].flatMap(bindings => [...bindings.values()].flat());
    return [...targets.flatMap(each => (each.kind === 'import' ? [each.target] : [])), ...this.#stars];
  }

  /**
   * The full name of an expression: `tenacity.retry`, and `openai.OpenAI().chat.completions.create` for a method of an object that a call
   * made. A name that nothing in the file binds is itself, as `range`; undefined for what is not known.
   */
  nameOf(node: SyntaxNode, hops = 0, depth = 0): string | undefined {
    if (hops > maxHops || depth > maxDepth) return undefined;
    switch (node.name) {
      case 'VariableName':
        return this.#nameOfVariable(node, hops);
      case 'MemberExpression': {
        const attribute = this.#attributeOf(node);
        if (attribute !== undefined) return this.nameOf(attribute, hops + 1);
        const [object, dot, property] = childrenOf(node);
        if (object === undefined || dot?.name !== '.' || property === undefined) return undefined;
        const name = this.nameOf(object, hops, depth + 1);
        return name === undefined ? undefined : `${name}.${this.textOf(property)}`;
      }
      case 'CallExpression': {
        const name = node.firstChild === null ? undefined : this.nameOf(node.firstChild, hops, depth + 1);
        return name === undefined ? undefined : `${name}()`;
      }
      case 'AwaitExpression':
      case 'ParenthesizedExpression': {
        const inner = childrenOf(node).find(({name}) => !['await', '(', ')', 'Comment'].includes(name));
        return inner === undefined ? undefined : this.nameOf(inner, hops, depth + 1);
      }
      default:
        return undefined;
    }
  }

  /** The expression that a name or an attribute of `self` is bound to, where it is bound once. */
  boundTo(node: SyntaxNode): SyntaxNode | undefined {
    if (node.name === 'MemberExpression') return this.#attributeOf(node);
    if (node.name !== 'VariableName') return undefined;
    const only = onlyOf(this.#lookUp(node));
    return only?.kind === 'value' ? only.value : undefined;
  }

  /**
   * Every expression that a name or an attribute of `self` is bound to, without None: both of `if a: c = A()` and `else: c = B()`. Undefined
   * where nothing in the file binds it, or where something binds it that is not known, such as a caller.
   */
  valuesOf(node: SyntaxNode): readonly SyntaxNode[] | undefined {
    const bindings = node.name === 'MemberExpression' ? this.#bindingsOfAttribute(node) : this.#lookUp(node);
    if (bindings?.some(each => each.kind === 'value' && each.isParameter)) return undefined;
    const values = bindings
      ?.filter(each => !isNone(each))
      .map(each => (each.kind === 'value' ? each.value : undefined));
    return values?.every(value => value !== undefined) ? values : undefined;
  }

  /** What a name stands for that is imported from another module of the project. */
  farOf(node: SyntaxNode): {readonly target: string; readonly names: Names; readonly value: SyntaxNode} | undefined {
    const only = this.#far && node.name === 'VariableName' ? onlyOf(this.#lookUp(node)) : undefined;
    if (only?.kind !== 'import') return undefined;
    const {target} = only;
    const far = this.#far?.get(target);
    if (far === undefined) return undefined;
    const {names} = far.module;
    // What is at the top of that module, and bound once.
    const value = onlyOf(names.#scopes.get(-1)?.get(far.name));
    return value?.kind === 'value' ? {target, names, value: value.value} : undefined;
  }

  textOf = ({from, to}: SyntaxNode): string => this.text.slice(from, to);

  #nameOfVariable(node: SyntaxNode, hops: number): string | undefined {
    const bindings = this.#lookUp(node);
    const word = this.textOf(node);
    if (bindings === undefined) {
      const isStar = this.#stars.length === 1 && !isBuiltIn(word);
      return isStar ? `${this.#stars[0]}.${word}` : word;
    }
    const target = bindings.findLast(each => each.kind === 'import')?.target;
    // `try: import x` and `except ImportError: x = None` is an import.
    if (target !== undefined && bindings.every(each => each.kind === 'import' || isNone(each))) return target;
    const value = this.boundTo(node);
    return value === undefined ? undefined : this.nameOf(value, hops + 1);
  }

  /** The bindings of a name in the nearest scope that has one; undefined where nothing in the file binds it. */
  #lookUp(node: SyntaxNode): readonly Binding[] | undefined {
    const word = this.textOf(node);
    for (let scope = around(node, SCOPES), isOwn = true; scope !== undefined; scope = around(scope, SCOPES)) {
      // The names of a class are not those of its methods.
      const found = isOwn || scope.name !== 'ClassDefinition' ? this.#scopes.get(keyOf(scope))?.get(word) : undefined;
      if (found !== undefined) return found;
      isOwn = false;
    }
    return undefined;
  }

  /** What `self.x` is set to, where its class sets it once. */
  #attributeOf(node: SyntaxNode): SyntaxNode | undefined {
    const only = onlyOf(this.#bindingsOfAttribute(node));
    return only?.kind === 'value' ? only.value : undefined;
  }

  #bindingsOfAttribute(node: SyntaxNode): readonly Binding[] {
    const name = selfAttribute(node, this.textOf);
    const own = name === undefined ? undefined : around(node, ['ClassDefinition']);
    if (name === undefined || own === undefined) return [];
    const ofClass = this.#scopes.get(keyOf(own))?.get(name) ?? [];
    return [
      ...(this.#attributes.get(keyOf(own))?.get(name) ?? []),
      ...ofClass.map(each => (each.kind === 'value' && each.isField ? this.#defaultOf(each.value) : each)),
    ];
  }

  /** A field with a type has a default, and each object a value of its own: dataclasses, pydantic. */
  #defaultOf(value: SyntaxNode): Binding {
    if (value.name === 'None') return OTHER;
    const list = /^(?:\w+\.)?[fF]ield\(/.test(this.textOf(value)) ? value.getChild('ArgList') : null;
    if (list === null) return {kind: 'value', value, isParameter: true};
    const [first, ...others] = argumentsIn(list, this.text).list;
    const given = others.concat(first ?? []).find(({name}) => name === 'default') ?? first;
    return given === undefined || given.name?.startsWith('default_') || given.value.name === 'None'
      ? OTHER
      : {kind: 'value', value: given.value, isParameter: true};
  }

  #bind(at: SyntaxNode, name: string, binding: Binding): void {
    const scope = around(at, SCOPES);
    if (scope !== undefined) add(this.#scopes, keyOf(scope), name, binding);
  }

  /** Binds the names, and the attributes of `self`, that a target has. */
  #bindTarget(target: SyntaxNode, binding: Binding): void {
    if (target.name === 'VariableName') return this.#bind(target, this.textOf(target), binding);
    const attribute = selfAttribute(target, this.textOf);
    const own = attribute === undefined ? undefined : around(target, ['ClassDefinition']);
    if (attribute !== undefined && own !== undefined) return add(this.#attributes, keyOf(own), attribute, binding);
    if (['TupleExpression', 'ArrayExpression', 'ParenthesizedExpression'].includes(target.name))
      for (const child of childrenOf(target)) this.#bindTarget(child, OTHER);
  }

  #enter(node: SyntaxNode): void {
    switch (node.name) {
      case 'ImportStatement':
        return this.#import(node);
      case 'AssignStatement':
        return this.#assign(node);
      case 'UpdateStatement':
      case 'NamedExpression':
        return node.firstChild === null ? undefined : this.#bindTarget(node.firstChild, OTHER);
      case 'ForStatement':
      case 'WithStatement':
      case 'TryStatement':
        return this.#bindClause(node);
      case 'FunctionDefinition':
      case 'ClassDefinition': {
        const name = node.getChild('VariableName');
        if (name !== null) this.#bind(node, this.textOf(name), OTHER);
        return undefined;
      }
      case 'ParamList':
        return this.#bindParameters(node);
      default:
        return undefined;
    }
  }

  #assign(node: SyntaxNode): void {
    const isField = node.getChild('TypeDef') !== null && around(node, SCOPES)?.name === 'ClassDefinition';
    const parts = childrenOf(node).filter(({name}) => name !== 'TypeDef' && name !== 'Comment');
    const value = parts.at(-1);
    // `a = b = 3` binds both; `a, b = 1, 2` is a list of targets.
    const targets = parts.slice(0, -1);
    if (value === undefined || parts.at(-2)?.name !== 'AssignOp') return;
    const isList = parts.some(({name}) => name === ',');
    for (const target of targets)
      this.#bindTarget(target, isList ? OTHER : {kind: 'value', value, ...(isField && {isField})});
  }

  /** `for x, y in z`, `with f() as x`, `except E as x`. */
  #bindClause(node: SyntaxNode): void {
    let binds = node.name === 'ForStatement';
    let value: SyntaxNode | undefined;
    for (const child of childrenOf(node)) {
      if (child.name === 'in' || child.name === 'Body') binds = false;
      else if (child.name === 'as') binds = true;
      else if (binds) {
        // A client is what its `with` gives.
        this.#bindTarget(child, value && node.name === 'WithStatement' ? {kind: 'value', value} : OTHER);
        binds = node.name === 'ForStatement';
      } else value = child;
    }
  }

  #bindParameters(list: SyntaxNode): void {
    const parts = childrenOf(list);
    const owner = list.parent;
    if (owner === null) return;
    for (const [index, part] of parts.entries()) {
      if (part.name !== 'VariableName' || parts[index - 1]?.name === 'AssignOp') continue;
      const after = parts.slice(index + 1, index + 4).filter(({name}) => name !== 'TypeDef' && name !== 'Comment');
      const [sign, value] = after;
      const binding: Binding =
        sign?.name === 'AssignOp' && value !== undefined ? {kind: 'value', value, isParameter: true} : OTHER;
      add(this.#scopes, keyOf(owner), this.textOf(part), binding);
    }
  }

  #import(node: SyntaxNode): void {
    const parts = childrenOf(node).filter(({name}) => !['(', ')', 'Comment'].includes(name));
    if (parts[0]?.name === 'import') {
      for (const each of split(parts.slice(1))) {
        const [path, alias] = this.#pathAndAlias(each);
        const [head = ''] = path.split('.');
        // `import a.b` binds a; `import a.b as c` binds a.b.
        this.#bind(node, alias ?? head, {kind: 'import', target: alias === undefined ? head : path});
      }
      return;
    }
    const at = parts.findIndex(({name}) => name === 'import');
    if (parts[0]?.name !== 'from' || at < 0) return;
    const module = parts.slice(1, at).map(this.textOf).join('');
    for (const each of split(parts.slice(at + 1))) {
      if (each[0]?.name === '*') {
        this.#stars.push(module);
        continue;
      }
      const [name, alias] = this.#pathAndAlias(each);
      this.#bind(node, alias ?? name, {
        kind: 'import',
        target: module.endsWith('.') ? module + name : `${module}.${name}`,
      });
    }
  }

  /** `a.b as c`. */
  #pathAndAlias(parts: readonly SyntaxNode[]): [path: string, alias: string | undefined] {
    const at = parts.findIndex(({name}) => name === 'as');
    const path = (at < 0 ? parts : parts.slice(0, at)).map(this.textOf).join('');
    const alias = at < 0 ? undefined : parts[at + 1];
    return [path, alias && this.textOf(alias)];
  }
}

const keyOf = ({from, name}: SyntaxNode): number => (name === 'Script' ? -1 : from);

const onlyOf = (bindings: readonly Binding[] | undefined): Binding | undefined =>
  bindings?.length === 1 ? bindings[0] : undefined;

const isNone = (binding: Binding): boolean => binding.kind === 'value' && binding.value.name === 'None';

function add(to: Map<number, Bindings>, key: number, name: string, binding: Binding): void {
  const bindings = to.get(key) ?? new Map<string, Binding[]>();
  to.set(key, bindings);
  const known = bindings.get(name);
  if (known === undefined) bindings.set(name, [binding]);
  else known.push(binding);
}

/** `x` of `self.x` and of `cls.x`. */
function selfAttribute(node: SyntaxNode, textOf: (node: SyntaxNode) => string): string | undefined {
  const [object, dot, property] = node.name === 'MemberExpression' ? childrenOf(node) : [];
  if (object?.name !== 'VariableName' || dot?.name !== '.' || property === undefined) return undefined;
  return ['self', 'cls'].includes(textOf(object)) ? textOf(property) : undefined;
}

/** At commas. */
function split(nodes: readonly SyntaxNode[]): SyntaxNode[][] {
  const groups: SyntaxNode[][] = [[]];
  for (const node of nodes) {
    if (node.name === ',') groups.push([]);
    else groups.at(-1)!.push(node);
  }
  return groups.filter(group => group.length > 0);
}
