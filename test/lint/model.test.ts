/** The layer that sets a value, and the position at which a finding shows it. */
import {expect} from 'chai';
import fc from 'fast-check';
import {modelOf} from '../../lint/model/model.ts';
import {isSet, isSetHere, isSure, mostSpecific, type Scope, spotOf} from '../../lint/model/scope.ts';
import {setterOf, valueAt} from '../../lint/model/setter.ts';
import {shapeOf} from '../../lint/shape/shape.ts';
import {readerOf} from '../../lint/source/files.ts';
import {readSource} from '../../lint/source/read.ts';
import {documentsOf} from '../../lint/source/unit.ts';
import {defaultPolicy, defaultsByKind} from '../../src/policy/defaults.ts';
import {resolvePolicy} from '../../src/policy/resolve.ts';
import type {PolicyInput} from '../../src/policy/types.ts';

const scopesOf = async (text: string, files: Readonly<Record<string, string>> = {}): Promise<readonly Scope[]> =>
  (await modelOf(shapeOf(documentsOf(await readSource('policy.json', text))[0]!), readerOf({files}))).scopes;
const scopeOf = async (policy: object, files?: Readonly<Record<string, string>>): Promise<Scope> =>
  (await scopesOf(JSON.stringify(policy), files))[0]!;

describe('a scope', () => {
  it('is the policy that the client would run, for the top and for each route', async () => {
    const policy: PolicyInput = {
      extends: ['steadfetch:llm'],
      maxAttempts: 2,
      idempotentMethods: ['get'],
      routes: [{match: {path: '/a'}, backoff: {kind: 'linear', stepMs: 7}, hedge: {quantile: 0.9}}],
    };
    const resolved = resolvePolicy(policy);
    const [top, ...routes] = await scopesOf(JSON.stringify(policy));
    expect(top!.policy).to.deep.equal(resolved.policy);
    expect(routes.map(scope => scope.policy)).to.deep.equal(resolved.routes.map(route => route.policy));
    expect(routes[0]!.title).to.equal('route * /a');
    expect(routes[1]!.title).to.equal('route "llm.chat"');
  });

  it('has the default for an invalid value, and marks it as not sure', async () => {
    const scope = await scopeOf({extends: ['steadfetch:neutral'], maxAttempts: 'many', backoff: {jitter: 7}});
    expect(scope.policy.maxAttempts).to.equal(null);
    expect(isSure(scope, 'maxAttempts')).to.equal(false);
    expect(isSure(scope, 'backoff.jitter')).to.equal(false);
    expect(isSure(scope, 'backoff.baseMs', 'deadlineMs')).to.equal(true);
  });

  it('reads a misspelt field as the intended one', async () => {
    const scope = await scopeOf({backoff: {jiter: 'none'}, deadlinems: 5});
    expect(scope.policy.backoff.jitter).to.equal('none');
    expect(scope.policy.deadlineMs).to.equal(5);
    expect(isSetHere(scope, 'deadlineMs')).to.equal(true);
    expect(spotOf(scope, 'backoff.jitter').place?.path).to.equal('backoff.jiter');
  });

  it('keeps the number of a route behind one that cannot be read', async () => {
    const [, first, second] = await scopesOf('{"routes": [7, {"match": {"path": "/a"}}, {"deadlineMs": 5}]}');
    expect([first?.base, second?.base]).to.deep.equal(['routes[1]', 'routes[2]']);
    expect(first!.match).to.deep.equal({path: '/a'});
    expect(second!.policy.deadlineMs).to.equal(5);
  });

  it('distinguishes the file, the files that it extends, and presets', async () => {
    const files = {'base.json': '{"extends": ["steadfetch:payments"], "deadlineMs": 9000}'};
    const scope = await scopeOf({extends: ['./base.json'], maxAttempts: 2}, files);
    expect(['maxAttempts', 'deadlineMs', 'idempotency.header', 'hedge'].map(path => isSet(scope, path))).to.deep.equal([
      true,
      true,
      true,
      true,
    ]);
    expect(['maxAttempts', 'deadlineMs'].map(path => isSetHere(scope, path))).to.deep.equal([true, false]);
    expect(spotOf(scope, 'maxAttempts').path).to.equal('maxAttempts');
    expect(spotOf(scope, 'deadlineMs')).to.deep.include({path: 'deadlineMs'});
    expect(spotOf(scope, 'deadlineMs').place?.path).to.equal('extends[0]');
    expect(spotOf(scope, 'deadlineMs').from?.place?.unit.source.path).to.equal('base.json');
    expect(spotOf(scope, 'idempotency.header').from).to.deep.include({name: 'steadfetch:payments', place: undefined});
    expect(mostSpecific(scope, 'idleTimeoutMs', 'deadlineMs', 'maxAttempts')).to.equal('maxAttempts');
  });

  it('shows a default at the nearest thing around it', async () => {
    const [top, route] = await scopesOf('{"backoff": {}, "routes": [{"match": {}, "hedge": {"delayMs": 5}}]}');
    expect(spotOf(top!, 'backoff.jitter').path).to.equal('backoff');
    expect(spotOf(route!, 'backoff.jitter').path).to.equal('backoff');
    expect(spotOf(route!, 'hedge.maxLoadRatio').path).to.equal('routes[0].hedge');
    expect(spotOf(route!, 'deadlineMs').path).to.equal('routes[0]');
  });
});

describe('the setter of a value', () => {
  const backoff = fc.option(
    fc.record(
      {
        kind: fc.constantFrom('exponential', 'linear', 'constant'),
        jitter: fc.constantFrom('none', 'full'),
        throttledBaseMs: fc.integer({min: 1, max: 9}),
        capMs: fc.integer({min: 10, max: 19}),
      },
      {requiredKeys: []},
    ),
    {nil: undefined},
  );
  const budget = fc.option(
    fc.oneof(
      fc.constant(null),
      fc.record({kind: fc.constant('ratio'), ratio: fc.constantFrom(0.2, 0.3)}, {requiredKeys: []}),
      fc.record({kind: fc.constant('token-bucket'), capacity: fc.integer({min: 1, max: 9})}, {requiredKeys: ['kind']}),
    ),
    {nil: undefined},
  );
  const failures = fc.integer({min: 20, max: 29});
  const breaker = fc.option(
    fc.oneof(
      fc.constant(null),
      fc.record({failures, scope: fc.constant('route')}, {requiredKeys: []}),
      fc.record({openMs: fc.constant(700), scope: fc.constant('route')}, {requiredKeys: ['openMs']}),
      fc.record({kind: fc.constantFrom('adaptive', 'consecutive'), failures}, {requiredKeys: ['kind']}),
    ),
    {nil: undefined},
  );
  const layer = fc.record(
    {backoff, breaker, budget, deadlineMs: fc.option(fc.integer({min: 1, max: 99}), {nil: undefined})},
    {requiredKeys: []},
  );

  it('is the layer whose value applies, or none for a default', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(layer, {minLength: 1, maxLength: 3}), async written => {
        const names = written.map((_, index) => `${index}.json`);
        // Each file extends the one before it; the last is the one that is linted.
        const files = Object.fromEntries(
          written.map((data, index) => [
            names[index]!,
            JSON.stringify(index === 0 ? data : {...data, extends: [names[index - 1]!]}),
          ]),
        );
        const own = names.at(-1)!;
        const [unit] = documentsOf(await readSource(own, files[own]!));
        const {scopes} = await modelOf(shapeOf(unit!), readerOf({files}));
        const scope = scopes[0]!;
        for (const path of [
          'deadlineMs',
          'backoff.jitter',
          'backoff.throttledBaseMs',
          'backoff.capMs',
          'budget.ratio',
          'budget.capacity',
          'breaker.failures',
          'breaker.openMs',
          'breaker.scope',
        ]) {
          const runs = valueAt(scope.policy, path.split('.'));
          const setter = setterOf(scope, path);
          if (setter.by === 'layer') {
            // A layer that switches the part off is answerable for all of it.
            const said = valueAt(setter.layer.data, path.split('.'));
            expect(runs, path).to.equal(said);
          } else {
            expect(runs, path).to.equal(byDefault(scope, path));
          }
        }
      }),
      {numRuns: 500, seed: 10},
    );
  });

  function byDefault({policy}: Scope, path: string): unknown {
    const [part, field] = path.split('.') as [keyof typeof defaultPolicy, string | undefined];
    if (field === undefined) return defaultPolicy[part];
    const kind = (policy[part] as {kind?: string} | null)?.kind;
    return kind === undefined
      ? undefined
      : (defaultsByKind[part]?.[kind] as Record<string, unknown> | undefined)?.[field];
  }
});
