/** A file of JavaScript or TypeScript: its calls, its loops, what its names are bound to, and what its values are. */

import {
  bare,
  childrenOf,
  fieldOf,
  isFunction,
  isLoop,
  isOn,
  type JsNode,
  keyOf,
  MOST_DEPTH,
  nodeIn,
  nodesIn,
  spanOf,
  wordIn,
} from './syntax.ts';

/** What a name stands for. */
interface Binding {
  readonly kind: 'const' | 'let' | 'function' | 'import' | 'other';
  /** The value that it is declared with. */
  readonly value: JsNode | undefined;
  /** The path by which a pattern takes it out of the value: `retries` of `const {retries} = options`. Undefined for a pattern that is not followed. */
  readonly path: readonly string[] | undefined;
  /** The module, of an import, with the name that is imported: `p-retry.AbortError`. */
  readonly imported?: string;
  /** Whether something is assigned to it behind its declaration. */
  isChanged: boolean;
}

type Scope = Map<string, Binding>;

export type Constant = string | number | boolean | null | undefined;

/** Names lead to others, but not so far. */
const MOST_HOPS = 16;

export class JsModule {
  readonly text: string;
  readonly program: JsNode;
  /** Calls and `new`, in the order of the tree. */
  readonly calls: JsNode[] = [];
  readonly loops: JsNode[] = [];
  /** Names of modules that are imported or required: `p-retry`. */
  readonly modules: Set<string> = new Set();
  /** The end of each `{retries}` that stands for `{retries: retries}`, by its beginning. */
  readonly shorthands: Map<number, number> = new Map();
  readonly #parents = new Map<JsNode, JsNode>();
  readonly #scopes = new Map<JsNode, Scope>();
  readonly #assigned: JsNode[] = [];
  /** Objects whose properties are set somewhere: `options.retries = 3`. */
  readonly #mutated = new Set<string>();
  readonly #names = new Map<JsNode, string | undefined>();

  constructor(program: JsNode, text: string) {
    this.program = program;
    this.text = text;
    this.#walk(program, 0);
    for (const target of this.#assigned) this.#note(target);
  }

  textOf = (node: JsNode): string => {
    const {start, end} = spanOf(node);
    return this.text.slice(start, end);
  };

  /** Whether a text is anywhere in the file, comments included. */
  says = (pattern: RegExp): boolean => pattern.test(this.text);

  parentOf = (node: JsNode): JsNode | undefined => this.#parents.get(node);

  /** The nearest node around a node that is of a kind. */
  around(node: JsNode, is: (node: JsNode) => boolean): JsNode | undefined {
    for (let at = this.parentOf(node); at !== undefined; at = this.parentOf(at)) if (is(at)) return at;
    return undefined;
  }

  functionAround = (node: JsNode): JsNode | undefined => this.around(node, isFunction);

  /** What people call the place of a node: the functions and classes around it, from the outermost. */
  placeOf(node: JsNode): string {
    const names: string[] = [];
    for (let at: JsNode | undefined = node; at !== undefined; at = this.parentOf(at)) {
      const isNamed = isFunction(at) || at.type === 'ClassDeclaration' || at.type === 'MethodDefinition';
      const name = isNamed ? (nameIn(at, 'id') ?? keyOf(at, 'key') ?? this.#nameAround(at)) : undefined;
      if (name !== undefined) names.unshift(name);
    }
    return names.filter((name, index) => name !== names[index - 1]).join('.');
  }

  /** The variable or the property that a function is the value of. */
  #nameAround(node: JsNode): string | undefined {
    const parent = this.parentOf(node);
    if (parent?.type === 'VariableDeclarator') return nameIn(parent, 'id');
    return parent?.type === 'Property' || parent?.type === 'PropertyDefinition' ? keyOf(parent, 'key') : undefined;
  }

  /**
   * The full name of a value that comes from a module: `p-retry.AbortError`. The default export, and a module of CommonJS, have the name of the module
   * alone. Undefined for all else.
   */
  nameOf(node: JsNode | undefined, hops = 0): string | undefined {
    const at = bare(node);
    if (at === undefined || hops > MOST_HOPS) return undefined;
    if (!this.#names.has(at)) {
      this.#names.set(at, undefined);
      this.#names.set(at, this.#read(at, hops));
    }
    return this.#names.get(at);
  }

  #read(node: JsNode, hops: number): string | undefined {
    switch (node.type) {
      case 'Identifier': {
        const binding = this.#bindingOf(node);
        if (binding === undefined || binding.isChanged) return undefined;
        if (binding.imported !== undefined) return binding.imported;
        if (binding.value === undefined || binding.path === undefined) return undefined;
        const base = this.nameOf(binding.value, hops + 1);
        return base === undefined ? undefined : withoutDefault([base, ...binding.path].join('.'));
      }
      case 'MemberExpression': {
        const [base, key] = [this.nameOf(nodeIn(node, 'object'), hops + 1), keyOf(node, 'property')];
        return base === undefined || key === undefined ? undefined : withoutDefault(`${base}.${key}`);
      }
      case 'AwaitExpression':
        return this.nameOf(nodeIn(node, 'argument'), hops + 1);
      case 'ImportExpression':
        return this.#moduleIn(nodeIn(node, 'source'));
      case 'CallExpression': {
        const callee = bare(nodeIn(node, 'callee'));
        const isRequire = callee?.type === 'Identifier' && wordIn(callee, 'name') === 'require';
        return isRequire && this.#bindingOf(callee) === undefined
          ? this.#moduleIn(nodesIn(node, 'arguments')[0])
          : undefined;
      }
      default:
        return undefined;
    }
  }

  #moduleIn(node: JsNode | undefined): string | undefined {
    const value = node?.type === 'Literal' || node?.type === 'StringLiteral' ? fieldOf(node, 'value') : undefined;
    return typeof value === 'string' ? value : undefined;
  }

  /** The value that a name was bound to, once; the node itself for anything but a name. Undefined for a name that may be anything. */
  valueOf(node: JsNode | undefined, hops = 0): JsNode | undefined {
    const at = bare(node);
    if (at === undefined || hops > MOST_HOPS) return undefined;
    if (at.type === 'AwaitExpression') return this.valueOf(nodeIn(at, 'argument'), hops + 1);
    if (at.type === 'MemberExpression') return this.#memberOf(at, hops) ?? at;
    if (at.type !== 'Identifier') return at;
    const binding = this.#bindingOf(at);
    if (binding === undefined || binding.isChanged || binding.kind === 'import') return undefined;
    if (binding.value === undefined || binding.path === undefined) return undefined;
    let value = this.valueOf(binding.value, hops + 1);
    for (const key of binding.path) value = value && this.valueOf(propertyOf(value, key)?.value, hops + 1);
    return value;
  }

  /** `options.retries`, where `options` is an object that stays as it is; `this.client`, where the class sets it once. */
  #memberOf(node: JsNode, hops: number): JsNode | undefined {
    const object = bare(nodeIn(node, 'object'));
    const key = keyOf(node, 'property');
    if (object === undefined || key === undefined) return undefined;
    if (object.type === 'ThisExpression') return this.#ofThis(node, key, hops);
    if (object.type === 'Identifier' && this.#mutated.has(wordIn(object, 'name'))) return undefined;
    const value = this.valueOf(object, hops + 1);
    if (value === undefined || value === node || value.type !== 'ObjectExpression') return undefined;
    const found = propertyOf(value, key);
    return found?.isSure ? this.valueOf(found.value, hops + 1) : undefined;
  }

  #ofThis(node: JsNode, key: string, hops: number): JsNode | undefined {
    const body = this.around(node, ({type}) => type === 'ClassBody');
    if (body === undefined) return undefined;
    const values = nodesIn(body, 'body').flatMap(member => {
      const value =
        member.type === 'PropertyDefinition' && keyOf(member, 'key') === key ? nodeIn(member, 'value') : undefined;
      return value ?? [];
    });
    for (const target of this.#assigned) {
      if (target.type !== 'MemberExpression' || nodeIn(target, 'object')?.type !== 'ThisExpression') continue;
      if (keyOf(target, 'property') !== key || this.around(target, each => each === body) === undefined) continue;
      const parent = this.parentOf(target);
      const value =
        parent?.type === 'AssignmentExpression' && wordIn(parent, 'operator') === '='
          ? nodeIn(parent, 'right')
          : undefined;
      if (value === undefined) return undefined;
      values.push(value);
    }
    return values.length === 1 ? this.valueOf(values[0], hops + 1) : undefined;
  }

  /** The function of the file that a callee names. */
  functionOf(callee: JsNode | undefined): JsNode | undefined {
    const at = bare(callee);
    if (at?.type === 'MemberExpression' && nodeIn(at, 'object')?.type === 'ThisExpression') {
      const body = this.around(at, ({type}) => type === 'ClassBody');
      const methods = nodesIn(body, 'body').filter(member => keyOf(member, 'key') === keyOf(at, 'property'));
      const value = methods.length === 1 ? nodeIn(methods[0], 'value') : undefined;
      return value !== undefined && isFunction(value) ? value : undefined;
    }
    const value = this.valueOf(at);
    return value !== undefined && isFunction(value) ? value : undefined;
  }

  /** @returns Undefined if the file alone does not say it; else the value in an object, because a value may be undefined, too. */
  constantOf(node: JsNode | undefined): {readonly value: Constant} | undefined {
    const at = this.valueOf(node);
    if (at === undefined) {
      const name = bare(node);
      if (name?.type !== 'Identifier' || this.#bindingOf(name) !== undefined) return undefined;
      const word = wordIn(name, 'name');
      return word === 'undefined' ? {value: undefined} : word === 'Infinity' ? {value: Infinity} : undefined;
    }
    switch (at.type) {
      case 'NullLiteral':
        return {value: null};
      case 'Literal':
      case 'NumericLiteral':
      case 'StringLiteral':
      case 'BooleanLiteral': {
        const value = fieldOf(at, 'value');
        if (value === null) return fieldOf(at, 'regex') === undefined ? {value} : undefined;
        return typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean'
          ? {value}
          : undefined;
      }
      case 'TemplateLiteral': {
        const [only, ...others] = nodesIn(at, 'quasis');
        const cooked = only === undefined || others.length > 0 ? undefined : fieldOf(only, 'value');
        return typeof cooked === 'object' && cooked !== null && 'cooked' in cooked && typeof cooked.cooked === 'string'
          ? {value: cooked.cooked}
          : undefined;
      }
      case 'MemberExpression': {
        const text = this.textOf(at);
        return text === 'Number.POSITIVE_INFINITY'
          ? {value: Infinity}
          : text === 'Number.MAX_SAFE_INTEGER'
            ? {value: Number.MAX_SAFE_INTEGER}
            : undefined;
      }
      case 'UnaryExpression': {
        const value = this.constantOf(nodeIn(at, 'argument'))?.value;
        const operator = wordIn(at, 'operator');
        if (operator === '!' && typeof value === 'boolean') return {value: !value};
        if (typeof value !== 'number') return undefined;
        return operator === '-' ? {value: -value} : operator === '+' ? {value} : undefined;
      }
      case 'BinaryExpression': {
        const [a, b] = [this.constantOf(nodeIn(at, 'left'))?.value, this.constantOf(nodeIn(at, 'right'))?.value];
        const operator = wordIn(at, 'operator');
        if (typeof a === 'string' && typeof b === 'string') return operator === '+' ? {value: a + b} : undefined;
        if (typeof a !== 'number' || typeof b !== 'number') return undefined;
        const value = ARITHMETIC[operator]?.(a, b);
        return value === undefined ? undefined : {value};
      }
      default:
        return undefined;
    }
  }

  numberOf(node: JsNode | undefined): number | undefined {
    const value = this.constantOf(node)?.value;
    return typeof value === 'number' ? value : undefined;
  }

  /** The declaration of a name, seen from a place in the file. */
  #bindingOf(node: JsNode): Binding | undefined {
    const name = wordIn(node, 'name');
    for (let at: JsNode | undefined = node; at !== undefined; at = this.parentOf(at)) {
      const found = this.#scopes.get(at)?.get(name);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** Whether a name is declared in the file: one that is not is of the runtime, such as `fetch`. */
  isDeclared = (node: JsNode): boolean => this.#bindingOf(node) !== undefined;

  /** Whether a name is a parameter of a function around it. */
  isParameter = (node: JsNode): boolean => {
    const binding = this.#bindingOf(node);
    return binding?.kind === 'other';
  };

  #walk(node: JsNode, depth: number): void {
    if (depth > MOST_DEPTH) return;
    this.#declare(node);
    if (node.type === 'CallExpression' || node.type === 'NewExpression') this.calls.push(node);
    if (isLoop(node)) this.loops.push(node);
    if (isOn(node, 'shorthand')) this.#noteShorthand(nodeIn(node, 'key'));
    for (const child of childrenOf(node)) {
      this.#parents.set(child, node);
      this.#walk(child, depth + 1);
    }
  }

  #noteShorthand(key: JsNode | undefined): void {
    if (key !== undefined) this.shorthands.set(spanOf(key).start, spanOf(key).end);
  }

  #declare(node: JsNode): void {
    switch (node.type) {
      case 'VariableDeclaration': {
        const kind = wordIn(node, 'kind') === 'const' ? 'const' : 'let';
        const scope = this.#scopeOf(node, wordIn(node, 'kind') === 'var');
        const owner = this.parentOf(node);
        // The variable of `for (const x of y)` has another value each time.
        const isEach = owner?.type === 'ForOfStatement' || owner?.type === 'ForInStatement';
        for (const each of nodesIn(node, 'declarations')) {
          const value = isEach ? undefined : nodeIn(each, 'init');
          bind(scope, nodeIn(each, 'id'), {kind: isEach ? 'other' : kind, value, path: []});
        }
        return;
      }
      case 'FunctionDeclaration': {
        const name = nameIn(node, 'id');
        if (name !== undefined)
          put(this.#scopeOf(node, false), name, {kind: 'function', value: node, path: [], isChanged: false});
        return this.#parameters(node);
      }
      case 'FunctionExpression':
      case 'ArrowFunctionExpression':
        return this.#parameters(node);
      case 'ClassDeclaration':
      case 'TSEnumDeclaration':
      case 'TSModuleDeclaration': {
        const name = nameIn(node, 'id');
        if (name !== undefined)
          put(this.#scopeOf(node, false), name, {kind: 'other', value: undefined, path: undefined, isChanged: false});
        return;
      }
      case 'CatchClause':
        return bind(this.#own(node), nodeIn(node, 'param'), {kind: 'other', value: undefined, path: undefined});
      case 'ImportDeclaration':
        return this.#import(node);
      case 'AssignmentExpression':
      case 'ForOfStatement':
      case 'ForInStatement': {
        const target = nodeIn(node, 'left');
        if (target !== undefined && target.type !== 'VariableDeclaration') this.#assigned.push(target);
        return;
      }
      case 'UpdateExpression': {
        const target = nodeIn(node, 'argument');
        if (target !== undefined) this.#assigned.push(target);
        return;
      }
      case 'CallExpression': {
        const [first] = nodesIn(node, 'arguments');
        const value = first && fieldOf(first, 'value');
        if (nameIn(node, 'callee') === 'require' && typeof value === 'string') this.modules.add(value);
        return;
      }
      default:
    }
  }

  #parameters(node: JsNode): void {
    const scope = this.#own(node);
    for (const param of nodesIn(node, 'params')) bind(scope, param, {kind: 'other', value: undefined, path: undefined});
  }

  #import(node: JsNode): void {
    const source = nodeIn(node, 'source');
    const name = source && fieldOf(source, 'value');
    if (typeof name !== 'string' || wordIn(node, 'importKind') === 'type') return;
    this.modules.add(name);
    const scope = this.#own(this.program);
    for (const each of nodesIn(node, 'specifiers')) {
      const local = nameIn(each, 'local');
      const from = nodeIn(each, 'imported');
      const imported =
        each.type === 'ImportSpecifier'
          ? (nameIn(each, 'imported') ?? (from && String(fieldOf(from, 'value'))))
          : undefined;
      if (local === undefined) continue;
      const full = withoutDefault(imported === undefined ? name : `${name}.${imported}`);
      put(scope, local, {kind: 'import', value: undefined, path: undefined, imported: full, isChanged: false});
    }
  }

  /** The scope of a declaration: its function, or its block. */
  #scopeOf(node: JsNode, isVar: boolean): Scope {
    const owner = this.around(
      node,
      each => isFunction(each) || each.type === 'Program' || (!isVar && BLOCKS.includes(each.type)),
    );
    return this.#own(owner ?? this.program);
  }

  #own(node: JsNode): Scope {
    const known = this.#scopes.get(node) ?? new Map<string, Binding>();
    this.#scopes.set(node, known);
    return known;
  }

  #note(target: JsNode): void {
    if (target.type === 'Identifier') {
      const binding = this.#bindingOf(target);
      if (binding !== undefined) binding.isChanged = true;
    } else if (target.type === 'MemberExpression') {
      const object = bare(nodeIn(target, 'object'));
      if (object?.type === 'Identifier') this.#mutated.add(wordIn(object, 'name'));
    } else for (const child of childrenOf(target)) this.#note(child);
  }
}

const BLOCKS: readonly string[] = [
  'BlockStatement',
  'StaticBlock',
  'ForStatement',
  'ForOfStatement',
  'ForInStatement',
  'SwitchStatement',
  'TSModuleBlock',
];

const ARITHMETIC: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '**': (a, b) => a ** b,
  '%': (a, b) => a % b,
  '<<': (a, b) => a << b,
};

const nameIn = (node: JsNode | undefined, field: string): string | undefined => {
  const name = nodeIn(node, field);
  return name?.type === 'Identifier' ? wordIn(name, 'name') : undefined;
};

const withoutDefault = (name: string): string => name.replace(/\.default(?=\.|$)/g, '');

/** A second declaration of a name makes it unknown, as of a `var` in two branches. */
function put(scope: Scope, name: string, binding: Binding): void {
  const known = scope.get(name);
  if (known === undefined) scope.set(name, binding);
  else known.isChanged = true;
}

/** The names in a pattern. */
function bind(scope: Scope, pattern: JsNode | undefined, binding: Omit<Binding, 'isChanged'>): void {
  if (pattern === undefined) return;
  switch (pattern.type) {
    case 'Identifier':
      return put(scope, wordIn(pattern, 'name'), {...binding, isChanged: false});
    case 'ObjectPattern':
      for (const property of nodesIn(pattern, 'properties')) {
        const key = property.type === 'RestElement' ? undefined : keyOf(property, 'key');
        const path = key === undefined ? undefined : binding.path && [...binding.path, key];
        bind(scope, nodeIn(property, property.type === 'RestElement' ? 'argument' : 'value'), {...binding, path});
      }
      return;
    case 'AssignmentPattern':
      // The default counts where the value has nothing: what it is then is not known.
      return bind(scope, nodeIn(pattern, 'left'), {...binding, kind: 'other', path: undefined});
    case 'TSParameterProperty':
      return bind(scope, nodeIn(pattern, 'parameter'), binding);
    default:
      for (const child of childrenOf(pattern))
        if (child.type !== 'TSTypeAnnotation') bind(scope, child, {...binding, path: undefined});
  }
}

/** The property of an object that counts: the last of its name. */
export function propertyOf(
  object: JsNode,
  name: string,
): {readonly key: JsNode; readonly value: JsNode; readonly isSure: boolean} | undefined {
  let isSure = true;
  for (const property of nodesIn(object, 'properties').toReversed()) {
    if (property.type !== 'Property' && property.type !== 'ObjectProperty') {
      isSure = false;
      continue;
    }
    const [key, value] = [nodeIn(property, 'key'), nodeIn(property, 'value')];
    if (key !== undefined && value !== undefined && keyOf(property, 'key') === name) return {key, value, isSure};
    if (isOn(property, 'computed') && keyOf(property, 'key') === undefined) isSure = false;
  }
  return undefined;
}
