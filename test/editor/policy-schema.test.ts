/** What an editor shows of a policy: completion, hover and messages, by VS Code's own language service. */
import {readFileSync} from 'node:fs';
import {expect} from 'chai';
import {presets} from '../../src/policy/presets.ts';
import {SUGGESTING} from '../../src/policy/suggestions.ts';
import {checkPolicy} from '../../src/policy/validate.ts';
import {type Json, schema} from '../policy/reference.ts';
import {Editor, type Suggestion} from './json-service.ts';

const editor = new Editor('schema/policy.schema.json');
const labels = (suggestions: readonly Suggestion[]): string[] => suggestions.map(({label}) => label);

/** A text with a suggestion put in place of the bar, and its placeholders filled as they are. */
const filled = (marked: string, {inserts}: Suggestion): string =>
  marked.replace('|', () => inserts.replace(/\$\{\d+:([^}]*)\}/g, '$1').replace(/\$\d+/g, ''));

describe('the policy schema in an editor', () => {
  describe('completion', () => {
    it('offers the presets, each with what it is for', async () => {
      const offered = await editor.suggestions('{"extends": [|]}');
      expect(labels(offered)).to.deep.equal(Object.keys(presets).map(name => `"${name}"`));
      expect(offered.find(({label}) => label === '"steadfetch:llm"')?.about).to.equal(
        'Model endpoints throttle more than they fail, say for how long, and answer slowly.',
      );
      for (const {label, about} of offered) expect(about, label).to.match(/^.{50,}\.$/);
    });

    it('offers methods, each with whether it is safe to repeat', async () => {
      for (const at of ['{"idempotentMethods": [|]}', '{"routes": [{"match": {"methods": [|]}}]}']) {
        const offered = await editor.suggestions(at);
        expect(labels(offered)).to.include.members(['"GET"', '"PUT"', '"POST"', '"PATCH"']);
        expect(offered.find(({label}) => label === '"POST"')?.about).to.match(/^May act twice\./);
      }
    });

    it('offers statuses, failures and gRPC codes, each with its meaning', async () => {
      const offered = await editor.suggestions('{"retryOn": [|]}');
      expect(labels(offered)).to.include.members(['429', '503', '"5xx"', '"network"', '"UNAVAILABLE"']);
      for (const {label, about} of offered) expect(about, label).to.match(/\.$/);
    });

    it('offers routes as a whole, with places to fill', async () => {
      expect(labels(await editor.suggestions('{"routes": [|]}'))).to.deep.equal([
        'A route',
        'A POST that may be sent twice',
        'A POST with an idempotency key',
        'A gRPC method',
      ]);
    });

    it('offers each kind of a part with its defaults', async () => {
      expect(labels(await editor.suggestions('{"backoff": |}'))).to.deep.equal([
        'Exponential backoff',
        'Linear backoff',
        'Constant backoff',
        'Listed backoff',
      ]);
      const [bucket] = await editor.suggestions('{"budget": |}');
      expect(JSON.parse(filled('|', bucket!))).to.deep.equal({
        kind: 'token-bucket',
        capacity: 100,
        retryCost: 14,
        throttledCost: 5,
        refillPerMinute: 14,
      });
      expect(labels(await editor.suggestions('{"breaker": |}'))).to.deep.equal([
        'Adaptive breaker',
        'Ratio breaker',
        'Consecutive breaker',
        'null',
      ]);
    });

    // To complete `$schema` would make the service ask for that schema.
    const names = Object.keys(schema.properties as Json).filter(name => name !== '$schema');
    const values = names.map(name => `{"${name}": |}`);
    const entries = ['extends', 'retryOn', 'idempotentMethods', 'routes', 'retryingLayers'].map(
      name => `{"${name}": [|]}`,
    );
    const fields = ['breaker', 'hedge', 'concurrency', 'idempotency', 'objective', 'correlation'];
    for (const at of [...values, ...entries, ...fields.map(name => `{"routes": [{"match": {}, "${name}": |}]}`)]) {
      it(`offers values that the client takes: ${at}`, async () => {
        const offered = await editor.suggestions(at);
        expect(offered).not.to.be.empty;
        for (const suggestion of offered) {
          const text = filled(at, suggestion);
          expect(checkPolicy(JSON.parse(text)), text).to.deep.equal([]);
          expect(await editor.messages(text), text).to.deep.equal([]);
        }
      });
    }
  });

  describe('hover', () => {
    it('says what a field is, what it takes, its unit, its default and its source', async () => {
      expect(await editor.hover('{"attempt|TimeoutMs": 500}')).to.equal(
        'Bound on one attempt until the response headers, and on through body methods such as .json(). A body read as a stream is ' +
          'bounded by `idleTimeoutMs` instead. null: none.\n\nTakes a whole number of at least 1 or null. Unit: ms. Default: `8000`. ' +
          'Source: Microsoft.Extensions.Http.Resilience, ky (10 s).',
      );
    });

    const meanings: [at: string, meaning: string][] = [
      ['{"backoff": {"jitter": "fu|ll"}}', '`full`: Uniform between 0 and the wait'],
      ['{"retryOn": ["UNAVAIL|ABLE"]}', '`UNAVAILABLE`: The server cannot be reached'],
      ['{"extends": ["steadfetch:pay|ments"]}', '`steadfetch:payments`: Money must not move twice'],
      ['{"routes": [{"match": {"methods": ["PO|ST"]}}]}', '`POST`: May act twice'],
      ['{"correlation": {"sendTo": "a|ll"}}', '`all`: Every origin gets the ids'],
      ['{"breaker": {"kind": "ratio", "scope": "rou|te"}}', '`route`: One guard for each route'],
    ];
    for (const [at, meaning] of meanings) {
      it(`says what a value means: ${at}`, async () => expect(await editor.hover(at)).to.contain(meaning));
    }
  });

  describe('messages', () => {
    const wrong: [text: string, message: string][] = [
      ['{"maxAttempts": "many"}', '"many": Must be a whole number of at least 1, "unlimited" or null.'],
      ['{"deadlineMs": 1.5}', '1.5: Must be a whole number of at least 1 or null.'],
      ['{"idempotentMethods": ["G T"]}', '"G T": Must be an HTTP method such as "GET".'],
      [
        '{"retryOn": ["many"]}',
        '"many": Must be a status from 100 to 599, "4xx", "5xx", "network", "timeout" or a gRPC code name.',
      ],
      [
        '{"correlation": {"sendTo": "some"}}',
        '"some": Must be "all", "same-origin", a list of at most 100 entries or null.',
      ],
      ['{"backoff": {"kind": "expo"}}', '"expo": Must be "exponential", "linear", "constant" or "list".'],
      ['{"backoff": {"kind": "lin", "stepMs": 5}}', '"lin": Must be "exponential", "linear", "constant" or "list".'],
      ['{"budget": {"kind": "tokens"}}', '"tokens": Must be "token-bucket" or "ratio".'],
      ['{"breaker": {"kind": "count"}}', '"count": Must be "adaptive", "ratio" or "consecutive".'],
      ['{"breaker": {"kind": "count", "failures": 3}}', '"count": Must be "adaptive", "ratio" or "consecutive".'],
      ['{"concurrency": {"kind": "aimd"}}', '"aimd": Must be "fixed" or "adaptive".'],
      [
        '{"routes": [{"match": {}, "breaker": {"kind": "count"}}]}',
        '"count": Must be "adaptive", "ratio" or "consecutive".',
      ],
      ['{"retries": 2}', '2: Use maxAttempts, which counts the first send too: retries 2 is maxAttempts 3.'],
      ['{"backoff": {"minTimeout": 2}}', '2: Use baseMs, in milliseconds.'],
      ['{"baseMs": 2}', '2: It belongs in backoff.'],
      ['{"backoff": {"deadlineMs": 2}}', '2: It belongs at the top of the policy.'],
      ['{"xyzzy": 2}', '"xyzzy": Property xyzzy is not allowed.'],
    ];
    for (const [text, message] of wrong) {
      it(`say what is right: ${text}`, async () => expect(await editor.messages(text)).to.deep.equal([message]));
    }

    for (const file of ['policy', 'scenario']) {
      const source = JSON.parse(
        readFileSync(new URL(`../../schema/source/${file}.schema.json`, import.meta.url), 'utf8'),
      ) as {definitions: Record<string, Json>};
      const kindOf = (branch: Json): string | undefined => {
        const target = source.definitions[String(branch.$ref).replace('#/definitions/', '')];
        return ((target?.properties as Json | undefined)?.kind as Json | undefined)?.const as string | undefined;
      };
      const unions = Object.entries(source.definitions).flatMap(([name, {anyOf}]) => {
        const kinds = ((anyOf ?? []) as Json[]).map(kindOf).filter(kind => kind !== undefined);
        return kinds.length < 2 ? [] : [{name, kinds}];
      });
      for (const {name, kinds} of unions)
        it(`of the ${file} name every kind of ${name}, whichever was begun`, async () => {
          const published = JSON.parse(
            readFileSync(new URL(`../../schema/${file}.schema.json`, import.meta.url), 'utf8'),
          ) as Json;
          const part = new Editor({...published, type: undefined, required: undefined, $ref: `#/definitions/${name}`});
          const messages = await part.messages('{"kind": "unheard-of"}');
          const said = messages.find(message => message.startsWith('"unheard-of": '));
          expect(kinds.filter(kind => !said?.includes(`"${kind}"`))).to.deep.equal([]);
        });
    }

    it('are none for the presets', async () => {
      expect(presets).not.to.be.empty;
      for (const preset of Object.values(presets)) {
        expect(await editor.messages(JSON.stringify(preset))).to.deep.equal([]);
      }
    });

    const aliases = JSON.parse(readFileSync(new URL('../../schema/source/aliases.json', import.meta.url), 'utf8')) as {
      names: string[];
    }[];
    const camel = (name: string): string => name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
    const foreign = aliases.flatMap(({names}) => names);
    const objects: [title: string, around: (field: object) => object][] = [
      ['the policy', field => field],
      ['a route', field => ({routes: [{match: {}, ...field}]})],
      ['an exponential backoff', field => ({backoff: {kind: 'exponential', ...field}})],
      ['a listed backoff', field => ({backoff: {kind: 'list', ...field}})],
      ['retryAfter', field => ({retryAfter: field})],
      ['a budget', field => ({budget: {kind: 'ratio', ...field}})],
      ['a breaker', field => ({breaker: {kind: 'ratio', ...field}})],
      ['concurrency', field => ({concurrency: field})],
      ['an idempotency key', field => ({idempotency: field})],
      ['correlation', field => ({correlation: field})],
      ['objective.assume', field => ({objective: {assume: field}})],
      ['match', field => ({routes: [{match: field}]})],
    ];
    for (const [title, around] of objects) {
      it(`say of a name of another library in ${title} what the linter says`, async () => {
        expect(foreign).not.to.be.empty;
        for (const name of foreign) {
          const value = around({[camel(name)]: 2});
          const [said = ''] = checkPolicy(value, SUGGESTING).map(({message}) => /; (use .*)$/.exec(message)?.[1]);
          const shown = await editor.messages(JSON.stringify(value));
          const [suggestion = ''] = shown.map(message => /^2: (Use .*)\.$/.exec(message)?.[1]);
          expect(suggestion, `${name} in ${title}`).to.equal(said.replace(/^u/, 'U'));
        }
      });
    }

    it('know names of other libraries in every spelling', async () => {
      for (const name of ['maxRetries', 'max_retries', 'max-retries', 'MaxRetries', 'maxretries'])
        expect((await editor.messages(JSON.stringify({[name]: 2})))[0], name).to.match(/^2: Use maxAttempts, /);
    });
  });
});

describe('the schema of the configuration in an editor', () => {
  const config = new Editor('schema/lint-config.schema.json');

  it('offers the presets and severities with their meaning', async () => {
    const offered = await config.suggestions('{"preset": |}');
    expect(labels(offered)).to.deep.equal(['"recommended"', '"strict"']);
    for (const {about} of offered) expect(about).to.match(/\.$/);
    expect(await config.hover('{"rules": {"RL203": "of|f"}}')).to.contain('`off`: Is not looked for');
  });

  it('says what is right', async () => {
    expect(await config.messages('{"preset": "strickt"}')).to.deep.equal([
      '"strickt": Must be "recommended" or "strict".',
    ]);
  });
});
