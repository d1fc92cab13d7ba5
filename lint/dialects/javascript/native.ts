/** Policies of steadfetch that are written in a program: `createFetch({maxAttempts: 4})`. They are linted as those of a file. */

import {defaultPolicy} from '../../../src/policy/defaults.ts';
import {type Shape, shapeOf} from '../../shape/shape.ts';
import type {JsModule} from '../../source/javascript/module.ts';
import {bare, type JsNode, keyOf, nodeIn, nodesIn, spanOf} from '../../source/javascript/syntax.ts';
import {endsPlainly} from '../../source/javascript/tree.ts';
import type {Node, ObjectNode, Property, Source} from '../../source/tree.ts';
import type {Unit} from '../../source/unit.ts';
import type {Dialect} from '../dialect.ts';
import {native} from '../native.ts';
import {argumentsOf, calleeOf, wordOf} from './make.ts';

const CALLS =
  /^steadfetch(?:\/[\w-]+)*\.(definePolicy|createFetch|resilience|resilienceInterceptor|grpcInterceptor|guard|modelFetch)$/;

const UNKNOWN = new WeakMap<Node, ReadonlySet<string>>();

export const inCode: Dialect = {
  ...native,
  wants: (_, text) => text.includes('steadfetch'),
  unitsOf: source => {
    const units = source.javascript === undefined ? [] : unitsIn(source.javascript, source);
    return units.length === 0 ? undefined : units;
  },
  shapeOf: unit => withUnknown(shapeOf(unit), UNKNOWN.get(unit.root) ?? new Set()),
};

function unitsIn(module: JsModule, source: Source): Unit[] {
  return module.calls.flatMap((call): Unit[] => {
    const found = CALLS.exec(module.nameOf(calleeOf(call)) ?? '');
    const [written] = argumentsOf(call);
    const value = written && module.valueOf(written);
    if (found === null || value?.type !== 'ObjectExpression') return [];
    const unknown = new Set<string>();
    const root = rootOf(value, module, unknown);
    // A model client has the settings of a preset below its own.
    if (found[1] === 'modelFetch')
      for (const field of Object.keys(defaultPolicy)) if (!has(root, field)) unknown.add(field);
    UNKNOWN.set(root, unknown);
    const place = module.placeOf(call);
    const word = wordOf(call, module);
    const base = place === '' ? word : `${place}.${word}`;
    return [{source, document: 0, segments: [], base: '', root, keySpan: undefined, id: base}];
  });
}

const has = (root: ObjectNode, field: string): boolean => root.properties.some(({key}) => key === field);

/** The object without what the file does not say, whose paths are noted. */
function rootOf(node: JsNode, module: JsModule, unknown: Set<string>): ObjectNode {
  const root = objectOf(node, '', module, unknown);
  return root ?? {kind: 'object', flow: true, properties: [], span: spanOf(node), borrowed: true};
}

/** Undefined where a spread or a computed name may bring in anything, below the top. */
function objectOf(node: JsNode, path: string, module: JsModule, unknown: Set<string>): ObjectNode | undefined {
  let properties: Property[] = [];
  let isOpen = false;
  for (const property of nodesIn(node, 'properties')) {
    const [key, value, name] = [nodeIn(property, 'key'), nodeIn(property, 'value'), keyOf(property, 'key')];
    if (property.type === 'SpreadElement' || key === undefined || value === undefined || name === undefined) {
      // What comes before it may be overridden.
      isOpen = true;
      properties = [];
      continue;
    }
    const at = path === '' ? name : `${path}.${name}`;
    const tree = treeOf(value, at, module, unknown);
    if (tree !== undefined) properties.push({key: name, keySpan: spanOf(key), value: tree});
    else unknown.add(at);
  }
  if (isOpen && path !== '') return undefined;
  if (isOpen)
    for (const field of [...Object.keys(defaultPolicy), 'routes', 'extends'])
      if (!properties.some(({key}) => key === field)) unknown.add(field);
  const isFixed = isOpen || !properties.every(({value}) => endsPlainly(value.span, module.text));
  return {kind: 'object', flow: true, properties, span: spanOf(node), ...(isFixed && {borrowed: true as const})};
}

/** Undefined for a value that the file does not say. */
function treeOf(node: JsNode, path: string, module: JsModule, unknown: Set<string>): Node | undefined {
  const at = bare(node);
  const span = spanOf(at);
  if (at.type === 'ObjectExpression') return objectOf(at, path, module, unknown);
  if (at.type === 'ArrayExpression') {
    const items = nodesIn(at, 'elements').map((item, index) =>
      item.type === 'SpreadElement' ? undefined : treeOf(item, `${path}[${index}]`, module, unknown),
    );
    const known = items.filter(item => item !== undefined);
    if (known.length < items.length) return undefined;
    const isFixed = !known.every(item => endsPlainly(item.span, module.text));
    return {kind: 'list', flow: true, span, items: known, ...(isFixed && {borrowed: true as const})};
  }
  const known = module.constantOf(at);
  if (known !== undefined) {
    // An undefined field is one that is left out.
    if (known.value === undefined) return undefined;
    const isLiteral = /Literal$|^UnaryExpression$/.test(at.type);
    return {kind: 'scalar', span, value: known.value, ...(!isLiteral && {borrowed: true as const})};
  }
  const value = module.valueOf(at);
  if (value === undefined || value === at || (value.type !== 'ObjectExpression' && value.type !== 'ArrayExpression'))
    return undefined;
  const tree = treeOf(value, path, module, unknown);
  // Written elsewhere, perhaps for others, too: shown here, and not changed.
  return tree && {...tree, span, borrowed: true};
}

/** Fields that are not known are not missing, and nothing is wrong with them. */
function withUnknown(shape: Shape, unknown: ReadonlySet<string>): Shape {
  if (unknown.size === 0) return shape;
  const problems = shape.problems.filter(({path, kind}) => kind !== 'missing-field' || !unknown.has(path));
  return {...shape, problems, unknown};
}
