/** The text of a compiled module. */
import type {CompiledPolicy} from './plan-of.ts';
import {usedFeatures, usedGuards} from './used-features.ts';

/** How each module begins. */
export const WRITTEN = '// Written by steadfetch compile';

/** A module and, unless it is TypeScript itself, its declarations. */
export interface ModuleText {
  readonly code: string;
  readonly declarations: string | null;
}

/**
 * @param source How the head of the module calls the policy.
 * @param isTypeScript Whether the module declares its types itself.
 */
export function moduleText(compiled: CompiledPolicy, source: string, isTypeScript: boolean): ModuleText {
  const head = `${WRITTEN} from ${oneLine(source)}. To change it, change that policy and compile it again.\n`;
  const {name} = compiled.plan.policy;
  return isTypeScript
    ? {code: `${head}${codeOf(compiled, docsOf(name), TYPED)}`, declarations: null}
    : {code: `${head}${codeOf(compiled, docsOf(name), PLAIN)}`, declarations: `${head}${declarationsOf(docsOf(name))}`};
}

/** The words of a language for the same module. */
interface Language {
  /** The types of `steadfetch/compiled`. */
  readonly types: readonly string[];
  readonly plan: string;
  readonly definePolicy: string;
  readonly createFetch: string;
}

const TYPES = ['PolicyHandle', 'Ports', 'Random', 'ResilientFetch', 'SharedGuards'];

const PLAIN: Language = {
  types: [],
  plan: 'plan',
  definePolicy: '(random, guards)',
  createFetch: '(ports = {}, policy = definePolicy(ports.random, ports.guards))',
};

const TYPED: Language = {
  types: ['CompiledPlan', ...TYPES],
  plan: 'plan: CompiledPlan',
  definePolicy: '(random?: Random, guards?: SharedGuards): PolicyHandle',
  createFetch:
    '(\n  ports: Ports = {},\n  policy: PolicyHandle = definePolicy(ports.random, ports.guards),\n): ResilientFetch',
};

function codeOf({plan, policies}: CompiledPolicy, docs: Docs, language: Language): string {
  const features = usedFeatures(policies);
  const parts = [...usedGuards(policies), ...(plan.routes.length > 0 ? ['compileMatch'] : [])];
  const values = [...parts, 'compiledFetch', 'compiledPolicy'].sort();
  return [
    imported([...values, ...language.types.map(type => `type ${type}`)], 'steadfetch/compiled'),
    features.length > 0 ? imported(features, 'steadfetch/features') : '',
    '\n',
    features.map(use => `${use}();\n`).join(''),
    features.length > 0 ? '\n' : '',
    `const ${language.plan} = ${JSON.stringify(plan, null, 2)};\n\n`,
    docs.definePolicy,
    `export function definePolicy${language.definePolicy} {\n`,
    `  return compiledPolicy(plan, {${parts.join(', ')}}, random, guards);\n}\n\n`,
    docs.createFetch,
    `export function createFetch${language.createFetch} {\n  return compiledFetch(policy, ports);\n}\n`,
  ].join('');
}

const declarationsOf = (docs: Docs): string =>
  [
    imported(TYPES, 'steadfetch/compiled', 'import type'),
    '\n',
    docs.definePolicy,
    'export declare function definePolicy(random?: Random, guards?: SharedGuards): PolicyHandle;\n\n',
    docs.createFetch,
    'export declare function createFetch(ports?: Ports, policy?: PolicyHandle): ResilientFetch;\n',
  ].join('');

const imported = (names: readonly string[], from: string, word = 'import'): string =>
  `${word} {\n${names.map(name => `  ${name},\n`).join('')}} from '${from}';\n`;

/** The comments of the two functions. */
interface Docs {
  readonly definePolicy: string;
  readonly createFetch: string;
}

const docsOf = (name: string): Docs => ({
  definePolicy: `/** The handle of the policy ${name}. Clients that get the same handle share its guards; operators read and change it. */\n`,
  createFetch: `/** Makes a \`fetch\` that follows the policy ${name}. */\n`,
});

const oneLine = (text: string): string => text.replace(/[\p{Cc}\u2028\u2029]/gu, '?');
