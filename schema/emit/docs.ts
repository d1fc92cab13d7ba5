/** Emits docs/policy.md: the reference of the policy file, one table for each object. */

import {branchesOf, defaultOf, definitionName, follow, kindOf, type Node, POLICY_BANNER, type Schema} from './node.ts';
import {type Preset, summaryOf} from './presets.ts';
import {accepts} from './words.ts';

export function emitDocs(schema: Schema, presets: readonly Preset[]): string {
  const route = schema.definitions.route as Node;
  const overrides = schema.definitions.callOverrides as Node;
  const sections = [
    `<!-- ${POLICY_BANNER} -->\n\n# The policy file`,
    intro,
    `## Fields\n\n${table(schema, schema)}`,
    ...partSections(schema),
    `## Routes\n\n${route.description} The first route that matches wins, so write the narrow ones first. A route may also set ${listOfShared(schema, route)}.\n\n${table(schema, {properties: pick(route, ['match', 'name']), required: route.required ?? []})}`,
    `### match\n\n${(schema.definitions.match as Node).description}\n\n${table(schema, schema.definitions.match as Node)}\n\n${patterns}`,
    order,
    `## Presets\n\nName them in \`extends\`. Each is a file of its own in [schema/presets](../schema/presets), with the reason of each number.\n\n${presets.map(describePreset).join('\n\n')}`,
    `## Overrides of one call\n\n${overrides.description}\n\n${perCall}\n\nA call may set ${listOfShared(schema, overrides)}, as above, and:\n\n${table(schema, {properties: ownFields(schema, overrides)})}`,
    invariants,
  ];
  return `${sections.join('\n\n')}\n`;
}

const intro = `A policy is plain JSON. The same file is run by the client, checked by \`retry-lint\`, replayed by the simulator and completed by
the editor; functions (a clock, an observer, a store) go beside it, never into it.

\`\`\`json
{
  "$schema": "./node_modules/steadfetch/schema/policy.schema.json",
  "version": 1,
  "name": "search",
  "extends": ["steadfetch:interactive"],
  "deadlineMs": 5000,
  "attemptTimeoutMs": 1000,
  "routes": [
    {"match": {"methods": ["POST"], "path": "/v1/search"}, "name": "search.query", "idempotentMethods": ["POST"]}
  ]
}
\`\`\`

- Durations are whole milliseconds and end in \`Ms\`; shares are from 0 to 1 and end in \`Ratio\`.
- A field left out takes its default. \`null\` switches a part off.
- Keys that begin with \`x-\` are allowed everywhere and ignored: use them for notes and for other tools.
- JSON at run time. Files may be JSON with comments or YAML, and may extend other files: read them with \`loadPolicy\` from \`steadfetch/load\`.
- A policy that cannot be run is refused when the client is made, with every wrong field named. \`steadfetch/unchecked\` leaves that
  to your build, for smaller bundles.
- Where a default comes from is in the hovers of editors, and in [the schema](../schema/policy.schema.json).`;

const order = `## Order of merging

From the lowest layer to the highest, where the higher one wins:

1. the defaults
2. what \`extends\` names, left to right
3. the file itself
4. the route that matches
5. the call

- Objects merge key by key: \`"backoff": {"baseMs": 50}\` changes one number and keeps the rest.
- Unless \`kind\` differs: then the object is replaced whole, and what it does not say comes from the defaults of the new kind.
- Arrays replace: \`"retryOn": [503]\` means 503 and nothing else.
- \`null\` is off; an object over \`null\` starts from its defaults.
- \`hedge.delayMs\` and \`hedge.quantile\` exclude each other: the one in the higher layer takes the place of the other.
- Routes of a higher layer stand before those of a lower one, and the first that matches wins.`;

const patterns = `| path | matches | does not match |
|---|---|---|
| \`/v1/predict\` | \`/v1/predict\`, \`/v1/predict/\` | \`/v1/predict/7\` |
| \`/v1/predict/*\` | \`/v1/predict/7\` | \`/v1/predict\`, \`/v1/predict/7/rows\` |
| \`/v1/models/*:predict\` | \`/v1/models/m7:predict\` | \`/v1/models/m7\` |
| \`/v1/**\` | \`/v1\`, \`/v1/predict/7/rows\` | \`/v2/predict\` |
| \`/**/chat/completions\` | \`/v1/chat/completions\`, \`/chat/completions\` | \`/v1/completions\` |
| \`/pkg.Service/Method\` | that gRPC method | |`;

const perCall = `\`\`\`ts
import ky from 'ky';
import {resilience} from 'steadfetch';

const api = ky.extend(resilience({name: 'search'}));
await api.post('https://search.example/v1/search', {json: {query: 'tea'}, resilience: {deadlineMs: 500, hedge: {delayMs: 100}}});
\`\`\``;

const invariants = `## What is refused although every field is right

- \`maxAttempts: "unlimited"\` without a deadline, in the policy, a route or a call.
- \`breaker.openMs\` above \`breaker.maxOpenMs\`.
- \`hedge\` with both \`delayMs\` and \`quantile\`, or with neither.
- \`quota\` without \`limits\` that does not \`learn\`.
- A field of another kind: \`"backoff": {"stepMs": 100}\` over an exponential backoff has to name \`"kind": "linear"\`.
- One header name for two purposes, and names that mean something else to HTTP, such as \`authorization\` or \`content-length\`.
- An origin that no URL can have.

Whether a policy is wise is not asked here: that is what \`retry-lint\` is for.`;

/** Every top-level part that has fields of its own, with its kinds. */
function partSections(schema: Schema): string[] {
  return Object.entries(schema.properties).flatMap(([key, node]) => {
    const target = follow(schema, node);
    const branches = branchesOf(schema, target);
    const item = itemOf(schema, target);
    if (key === 'routes') return [];
    if (item?.properties !== undefined) return [section(schema, `${key}[]`, `${target.description} Each entry:`, item)];
    if (branches.length === 0) return [];
    if (branches.length === 1) return objectSections(schema, key, target.description ?? '', branches[0] as Node);
    const kinds = branches.map(
      (branch, at) =>
        `### ${key}, kind "${kindOf(branch)}"\n\n${about(branch)}\n\n${tableOfNew(schema, branch, branches.slice(0, at))}`,
    );
    return [`## ${key}\n\n${target.description} Without \`kind\`, the kind of the layer below stays.`, ...kinds];
  });
}

/** What the entries of a list are, also of one that may be null. */
function itemOf(schema: Schema, node: Node): Node | undefined {
  const items = node.items ?? node.anyOf?.find(branch => branch.items !== undefined)?.items;
  return items === undefined ? undefined : follow(schema, items);
}

/** An object, then the objects inside it. */
function objectSections(schema: Schema, path: string, words: string, node: Node): string[] {
  const own = section(schema, path, words === node.description ? about(node) : `${words} ${about(node)}`, node);
  const inner = Object.entries(node.properties ?? {}).flatMap(([key, child]) => {
    const target = follow(schema, child);
    const item = itemOf(schema, target);
    if (item?.properties !== undefined)
      return [section(schema, `${path}.${key}[]`, `${target.description} Each entry:`, item)];
    return target.properties === undefined
      ? []
      : objectSections(schema, `${path}.${key}`, target.description ?? '', {
          ...target,
          'x-source': undefined,
        } as unknown as Node);
  });
  return [own, ...inner];
}

function section(schema: Schema, path: string, words: string, node: Node): string {
  return `${path.includes('.') ? '###' : '##'} ${path}\n\n${words}\n\n${table(schema, node)}`;
}

const about = (node: Node): string => (node.description ?? '').replaceAll('*', '\\*');

/** The fields that no earlier kind has, and the names of the others. */
function tableOfNew(schema: Schema, branch: Node, earlier: readonly Node[]): string {
  const rowsBefore = new Set(earlier.flatMap(before => rowsOf(schema, before).map(({row}) => row)));
  const rows = rowsOf(schema, branch);
  const known = rows.filter(({row}) => rowsBefore.has(row)).map(({key}) => `\`${key}\``);
  const fresh = rows.filter(({row}) => !rowsBefore.has(row)).map(({row}) => row);
  return `${tableOfRows(fresh)}${known.length === 0 ? '' : `\n\nAs above: ${known.join(', ')}.`}`;
}

const table = (schema: Schema, object: Node): string => tableOfRows(rowsOf(schema, object).map(({row}) => row));

const tableOfRows = (rows: readonly string[]): string =>
  ['| field | what | default | bounds |', '|---|---|---|---|', ...rows].join('\n');

function rowsOf(schema: Schema, object: Node): {key: string; row: string}[] {
  return Object.entries(object.properties ?? {}).map(([key, field]) => {
    const node = follow(schema, field);
    const item = itemOf(schema, node);
    const isPart = branchesOf(schema, node).length > 0 || (item !== undefined && branchesOf(schema, item).length > 0);
    const isRequired = object.required?.includes(key) === true && !('const' in node);
    // The section of a part has all of its description.
    const words = isPart ? about(node).replace(/(?<=\w\.) [A-Z][\s\S]*$/, '') : about(node);
    const where = isPart ? ` See [${key}](#${anchorOf(key, definitionName(field))}).` : '';
    const value = shownDefault(schema, field, isPart);
    const unit = node['x-unit'] === 'ratio' ? undefined : node['x-unit'];
    const cells = [
      `\`${key}\``,
      `${isRequired ? 'Required. ' : ''}${words}${unit === undefined || value !== '' ? '' : ` Unit: ${unit}.`}${values(node)}${where}`,
      unit === undefined || value === '' || value === '`null`' ? value : `${value} ${unit}`,
      bounds(schema, node),
    ];
    return {key, row: `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`};
  });
}

/** Of fields whose section stands below that of the object around them. */
const INNER_ANCHORS: Readonly<Record<string, string>> = {
  assume: 'objectiveassume',
  ejection: 'failoverejection',
  limits: 'quotalimits',
};

const anchorOf = (key: string, definition: string | undefined): string =>
  definition === 'latencyQuantiles' ? 'objectivelatencyms' : (INNER_ANCHORS[key] ?? key.toLowerCase());

/** What the values of an enumeration mean. */
function values(node: Node): string {
  const words = node.enumDescriptions?.map((description, index) => `<br>\`${node.enum?.[index]}\`: ${description}`);
  return words?.join('') ?? '';
}

function shownDefault(schema: Schema, field: Node, isPart: boolean): string {
  const value = defaultOf(schema, field);
  if (value === undefined) return '';
  if (isPart && value !== null && !Array.isArray(value)) {
    const kind = (value as {kind?: string}).kind;
    return kind === undefined ? 'on' : `\`${kind}\``;
  }
  return `\`${JSON.stringify(value).replaceAll(',', ', ')}\``;
}

const bounds = (schema: Schema, node: Node): string =>
  'const' in node ? `\`${JSON.stringify(node.const)}\`` : accepts(schema, node);

/** Fields that mean the same as at the top. */
function listOfShared(schema: Schema, object: Node): string {
  const keys = Object.keys(object.properties ?? {}).filter(key => isShared(schema, object, key));
  return `${keys
    .slice(0, -1)
    .map(key => `\`${key}\``)
    .join(', ')} and \`${keys.at(-1)}\``;
}

function ownFields(schema: Schema, object: Node): Record<string, Node> {
  return pick(
    object,
    Object.keys(object.properties ?? {}).filter(key => !isShared(schema, object, key)),
  );
}

const isShared = (schema: Schema, object: Node, key: string): boolean => {
  const ref = object.properties?.[key]?.$ref;
  return ref !== undefined && ref === schema.properties[key]?.$ref;
};

const pick = (object: Node, keys: readonly string[]): Record<string, Node> =>
  Object.fromEntries(keys.map(key => [key, object.properties?.[key] as Node]));

/** What a preset is for, without the arithmetic of its file. */
function describePreset(preset: Preset): string {
  const {'x-why': _, ...fields} = preset;
  const policy = Object.entries(fields).filter(([key]) => !['$schema', 'version', 'name', 'routes'].includes(key));
  const lines = policy.map(([key, value]) => `  "${key}": ${oneLine(value)}`);
  const code = lines.length === 0 ? '{}' : `{\n${lines.join(',\n')}\n}`;
  const {routes} = fields as {readonly routes?: readonly object[]};
  const more =
    routes === undefined
      ? ''
      : `\n\nIts ${routes.length} routes let a POST be sent twice on the known inference paths, which [the file](../schema/presets/${preset.name}.json) lists.`;
  return `### steadfetch:${preset.name}\n\n${summaryOf(preset)}\n\n\`\`\`json\n${code}\n\`\`\`${more}`;
}

const oneLine = (value: unknown): string =>
  JSON.stringify(value, null, 1)
    .replace(/\n\s*/g, ' ')
    .replaceAll('{ ', '{')
    .replaceAll(' }', '}')
    .replaceAll('[ ', '[')
    .replaceAll(' ]', ']');
