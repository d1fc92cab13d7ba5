/** Emits the types of a schema: each object twice, as a user writes it (…Input) and with every default filled. */

import {branchesOf, defaultOf, defaultsOf, definitionName, follow, type Node, type Schema} from './node.ts';

type Form = 'input' | 'full';

export interface TypeWords {
  readonly banner: string;
  /** Of the whole; as it is written, the name ends in `Input`. */
  readonly name: string;
  readonly inputDescription: string;
  readonly fullDescription: string;
  /** Fields of a file that the full form does not have. */
  readonly onlyInFiles: readonly string[];
  /** Types of other files, by name. */
  readonly imports?: Readonly<Record<string, string>>;
}

export function emitTypes(schema: Schema, words: TypeWords): string {
  const {name, imports = {}, onlyInFiles} = words;
  const emitter = new TypeEmitter(schema, new Set(Object.keys(imports)));
  const {properties, required} = schema;
  const full = Object.fromEntries(Object.entries(properties).filter(([key]) => !onlyInFiles.includes(key)));
  const declarations = [
    ...Object.entries(imports).map(([type, path]) => `import type {${type}} from '${path}';`),
    emitter.interface(`${name}Input`, {...schema, description: words.inputDescription}, 'input'),
    emitter.interface(
      name,
      {description: words.fullDescription, properties: full, ...(required === undefined ? {} : {required})},
      'full',
    ),
    ...Object.entries(schema.definitions).flatMap(([each, node]) => emitter.definition(each, node)),
  ];
  return `// ${words.banner}\n\n${declarations.join('\n\n')}\n`;
}

class TypeEmitter {
  readonly #schema: Schema;
  readonly #imported: ReadonlySet<string>;

  constructor(schema: Schema, imported: ReadonlySet<string>) {
    this.#schema = schema;
    this.#imported = imported;
  }

  /** A definition becomes an interface, an alias, both forms of one, or nothing where it is better read in place. */
  definition(name: string, node: Node): string[] {
    const typeName = typeNameOf(name, node);
    if (name === 'route') return [this.interface('RouteInput', node, 'input')];
    if (name === 'callOverrides') return [this.interface(typeName, node, 'input')];
    if (node.properties !== undefined) return [...this.#nested(node), ...this.#bothForms(typeName, node)];
    if (this.#isUnionOfObjects(node)) {
      const branches = (node.anyOf ?? []).filter(branch => branch.$ref !== undefined);
      return (['full', 'input'] as const).map(form => {
        const type = branches.map(branch => this.#type(branch, form)).join(' | ');
        return `${jsdoc(node, '', undefined)}export type ${typeName}${suffix(form)} = ${type};`;
      });
    }
    if (node.enum !== undefined)
      return [`${jsdoc(node, '', undefined)}export type ${typeName} = ${this.#inPlace(node, 'full')};`];
    return this.#nested(node);
  }

  interface(typeName: string, node: Node, form: Form): string {
    const fields = Object.entries(node.properties ?? {}).map(([key, field]) => {
      const optional =
        form === 'input'
          ? !node.required?.includes(key)
          : !node.required?.includes(key) && defaultOf(this.#schema, field) === undefined;
      // In an input, undefined is the same as left out; in a filled policy a field is there or it is not.
      const type = this.#type(field, form) + (optional && form === 'input' ? ' | undefined' : '');
      const docs = jsdoc(follow(this.#schema, field), '  ', defaultOf(this.#schema, field));
      return `${docs}  readonly ${/^\w+$/.test(key) ? key : `'${key}'`}${optional ? '?' : ''}: ${type};`;
    });
    if (form === 'input') fields.push(extensions);
    return `${jsdoc(node, '', undefined)}export interface ${typeName} {\n${fields.join('\n')}\n}`;
  }

  #bothForms(typeName: string, node: Node): string[] {
    const full = this.interface(typeName, node, 'full');
    return this.#hasDefaults(node) ? [full, this.interface(`${typeName}Input`, node, 'input')] : [full];
  }

  /** Objects and item types written in place that carry a name of their own. */
  #nested(node: Node): string[] {
    const inner = [...Object.values(node.properties ?? {}), ...(node.items ? [node.items] : [])];
    return inner
      .filter(child => child.$ref === undefined && child['x-type'] !== undefined)
      .filter(child => !this.#imported.has(child['x-type'] as string))
      .flatMap(child =>
        child.properties !== undefined
          ? this.#bothForms(child['x-type'] as string, child)
          : [`${jsdoc(child, '', undefined)}export type ${child['x-type']} = ${this.#inPlace(child, 'full')};`],
      );
  }

  #type(node: Node, form: Form): string {
    const name = definitionName(node);
    const target = follow(this.#schema, node);
    if (name !== undefined) {
      const typeName = typeNameOf(name, target);
      if (name === 'route') return 'RouteInput';
      if (target.properties !== undefined) return typeName + (this.#hasDefaults(target) ? suffix(form) : '');
      if (this.#isUnionOfObjects(target)) return typeName + suffix(form) + (isNullable(target) ? ' | null' : '');
      if (target.enum !== undefined) return typeName;
    }
    if (target['x-type'] !== undefined) return target['x-type'] + (this.#hasDefaults(target) ? suffix(form) : '');
    return this.#inPlace(target, form);
  }

  #inPlace(node: Node, form: Form): string {
    if ('const' in node) return literal(node.const);
    if (node.enum !== undefined) return node.enum.map(literal).join(' | ');
    if (node.anyOf !== undefined) return node.anyOf.map(branch => this.#type(branch, form)).join(' | ');
    const types = typeof node.type === 'string' ? [node.type] : (node.type ?? []);
    return types.map(type => (type === 'array' ? this.#list(node, form) : (scalars[type] ?? 'unknown'))).join(' | ');
  }

  #list(node: Node, form: Form): string {
    const item = node.items === undefined ? 'unknown' : this.#type(node.items, form);
    return item.includes('|') ? `readonly (${item})[]` : `readonly ${item}[]`;
  }

  #isUnionOfObjects(node: Node): boolean {
    return node.anyOf !== undefined && branchesOf(this.#schema, node).length > 1;
  }

  #hasDefaults(node: Node): boolean {
    return Object.keys(defaultsOf(this.#schema, node)).length > 0;
  }
}

const extensions = `  /** Ignored by the engine: for notes and for other tools. */
  readonly [extension: \`x-\${string}\`]: unknown;`;

const scalars: Record<string, string> = {
  string: 'string',
  integer: 'number',
  number: 'number',
  boolean: 'boolean',
  null: 'null',
};

const suffix = (form: Form): string => (form === 'input' ? 'Input' : '');
const isNullable = (node: Node): boolean => node.anyOf?.some(branch => branch.type === 'null') === true;
const typeNameOf = (name: string, node: Node): string => node['x-type'] ?? name.charAt(0).toUpperCase() + name.slice(1);
const literal = (value: unknown): string => (typeof value === 'string' ? `'${value}'` : String(value));

function jsdoc(node: Node, indent: string, byDefault: unknown): string {
  const values = (node.enum ?? []).flatMap((value, index) => {
    const words = node.enumDescriptions?.[index];
    return words === undefined ? [] : [`- ${value}: ${words}`];
  });
  const facts = [
    ...(node['x-unit'] === undefined ? [] : [`Unit: ${node['x-unit']}.`]),
    ...(isPlain(byDefault) ? [`Default: ${JSON.stringify(byDefault)}.`] : []),
    ...(node['x-source'] === undefined ? [] : [`Source: ${node['x-source']}.`]),
  ];
  const paragraphs = [
    ...(node.description === undefined ? [] : [node.description]),
    ...(values.length > 0 ? [values.join('\n')] : []),
    ...(facts.length > 0 ? [facts.join(' ')] : []),
  ];
  if (paragraphs.length === 0) return '';
  const lines = paragraphs.flatMap((paragraph, index) => [
    ...(index > 0 ? [''] : []),
    ...paragraph.split('\n').flatMap(line => wrap(line, 112 - indent.length)),
  ]);
  if (lines.length === 1) return `${indent}/** ${lines[0]} */\n`;
  return `${indent}/**\n${lines.map(line => `${indent} *${line === '' ? '' : ` ${line}`}`).join('\n')}\n${indent} */\n`;
}

/** Objects speak through the fields of their own type. */
function isPlain(value: unknown): boolean {
  return value !== undefined && (value === null || typeof value !== 'object' || Array.isArray(value));
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
