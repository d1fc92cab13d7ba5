/** Emits a schema as a table of shapes, which the run time reads policies and scenarios by. */

import {source} from './defaults.ts';
import {defaultsOf, definitionName, kindOf, type Node, POLICY_BANNER, SCENARIO_BANNER, type Schema} from './node.ts';
import {expects} from './words.ts';

export function emitShapes(schema: Schema): string {
  const emitter = new ShapeEmitter(schema);
  const overrides = emitter.shape(schema.definitions.callOverrides as Node, 'the options of a call');
  const policy = emitter.shape(schema, 'the policy');
  return `// ${POLICY_BANNER}

import {${[...emitter.builders].sort().join(', ')}, type Fields} from './shape.ts';

${emitter.declarations.join('\n')}

/** What the overrides of one call have to be. */
export const overridesShape: Fields = ${overrides};

/** What a policy has to be. */
export const policyShape: Fields = ${policy};
`;
}

/** With the defaults of each object: a scenario is not merged from layers, so it is filled as it is read. */
export function emitScenarioShapes(schema: Schema): string {
  const emitter = new ShapeEmitter(schema, true);
  const scenario = emitter.shape(schema, 'the scenario');
  return `// ${SCENARIO_BANNER}

import {${[...emitter.builders].sort().join(', ')}, type Fields} from '../../policy/shape.ts';

${emitter.declarations.join('\n')}

/** What a scenario has to be. */
export const scenarioShape: Fields = ${scenario};
`;
}

/** Objects that are not named after the field they are in. */
const TITLES: Readonly<Record<string, string>> = {route: 'a route', layer: 'a layer', scenarioEndpoint: 'an endpoint'};

class ShapeEmitter {
  /** Of the definitions that are referred to, those first that others are made of. */
  readonly declarations: string[] = [];
  readonly builders = new Set<string>();
  readonly #schema: Schema;
  readonly #hasDefaults: boolean;
  readonly #declared = new Set<string>();

  constructor(schema: Schema, hasDefaults = false) {
    this.#schema = schema;
    this.#hasDefaults = hasDefaults;
  }

  shape(node: Node, title?: string): string {
    const name = definitionName(node);
    if (name !== undefined) return this.#reference(name);
    const words = node['x-expects'];
    if (node.allOf !== undefined) return this.shape(node.allOf[0] as Node);
    if (node.anyOf !== undefined) return this.#named(words, this.#anyOf(node.anyOf));
    if ('const' in node) return this.#build('oneOf', source(node.const, 0));
    if (node.enum !== undefined) return this.#build('oneOf', ...node.enum.map(value => source(value, 0)));
    const types = typeof node.type === 'string' ? [node.type] : (node.type ?? []);
    const shapes = types.map(type => this.#ofType(type, node, title));
    return shapes.length === 1 ? (shapes[0] as string) : this.#build('anyOf', ...shapes);
  }

  #reference(name: string): string {
    const constant = `${name}Shape`;
    if (this.#declared.has(name)) return constant;
    this.#declared.add(name);
    const shape = this.shape(this.#schema.definitions[name] as Node, TITLES[name]);
    this.declarations.push(`const ${constant} = ${shape};`);
    return constant;
  }

  #anyOf(branches: readonly Node[]): string {
    const objects = branches.filter(branch => this.#kind(branch) !== undefined);
    if (objects.length < 2) return this.#build('anyOf', ...branches.map(branch => this.shape(branch)));
    const entries = objects.map(branch => [this.#kind(branch) as string, this.shape(branch)] as const);
    const union = this.#build('kinds', record(entries));
    const others = branches.filter(branch => !objects.includes(branch));
    return others.length === 0 ? union : this.#build('anyOf', union, ...others.map(branch => this.shape(branch)));
  }

  #kind(branch: Node): string | undefined {
    const name = definitionName(branch);
    return name === undefined ? undefined : kindOf(this.#schema.definitions[name] as Node);
  }

  #ofType(type: string, node: Node, title: string | undefined): string {
    switch (type) {
      case 'null':
        return this.#value('nothing');
      case 'boolean':
        return this.#value('boolean');
      case 'integer':
        return this.#build('whole', ...[node.minimum ?? 0, ...upTo(node.maximum)].map(String));
      case 'number':
        return this.#number(node);
      case 'string':
        return this.#build('text', patternOf(node), source(expects(this.#schema, node), 0));
      case 'array':
        return this.#build(
          'list',
          this.shape(node.items as Node),
          ...[node.maxItems, node.minItems].filter(each => each !== undefined).map(String),
        );
      case 'object':
        return this.#object(node, title);
      default:
        throw new Error(`The shapes know no type ${type}.`);
    }
  }

  #number({minimum, maximum, exclusiveMinimum, exclusiveMaximum}: Node): string {
    if (exclusiveMinimum !== undefined && exclusiveMaximum !== undefined)
      return this.#build('between', String(exclusiveMinimum), String(exclusiveMaximum));
    if (exclusiveMinimum !== undefined)
      return this.#build('above', ...[exclusiveMinimum, ...upTo(maximum)].map(String));
    if (minimum === undefined) throw new Error('The shapes know no number without a lower bound.');
    return this.#build('number', ...[minimum, ...upTo(maximum)].map(String));
  }

  #object({properties, required = [], ...node}: Node, title: string | undefined): string {
    if (properties === undefined) return this.#value('plainObject');
    const entries = Object.entries(properties).map(([key, field]) => [key, this.shape(field)] as const);
    const names = required.map(name => source(name, 0));
    const rest = title === undefined ? (names.length === 0 ? [] : ['undefined']) : [source(title, 0)];
    const fields = this.#build('fields', record(entries), ...rest, ...names);
    if (!this.#hasDefaults) return fields;
    const defaults = Object.entries(defaultsOf(this.#schema, {...node, properties}));
    return this.#build(
      'withDefaults',
      fields,
      source(Object.fromEntries(defaults.filter(([key]) => !required.includes(key))), 1),
    );
  }

  #named(words: string | undefined, shape: string): string {
    return words === undefined ? shape : this.#build('called', source(words, 0), shape);
  }

  #value(name: string): string {
    this.builders.add(name);
    return name;
  }

  #build(name: string, ...args: readonly string[]): string {
    return `${this.#value(name)}(${args.join(', ')})`;
  }
}

/** An object literal, one field a line. */
const record = (entries: readonly (readonly [string, string])[]): string =>
  `{\n${entries.map(([key, value]) => `  ${/^[A-Za-z_]\w*$/.test(key) ? key : source(key, 0)}: ${value.replaceAll('\n', '\n  ')},\n`).join('')}}`;

const upTo = (maximum: number | undefined): number[] =>
  maximum === undefined || maximum === Number.MAX_SAFE_INTEGER ? [] : [maximum];

/** One expression for pattern and length; with its flag "u" it counts characters, as the schema does. */
function patternOf({pattern = '', minLength = 0, maxLength}: Node): string {
  const length = maxLength === undefined && minLength === 0 ? '' : `^(?=.{${minLength},${maxLength ?? ''}}$)`;
  const rest = length === '' ? pattern : pattern.replace(/^\^/, '');
  if (length !== '' && pattern !== '' && rest === pattern)
    throw new Error(`The pattern ${pattern} has to begin with ^.`);
  return `/${(length + rest || '^').replaceAll('/', '\\/').replaceAll('\\\\/', '\\/')}/su`;
}
