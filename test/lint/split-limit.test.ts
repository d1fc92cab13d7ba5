/** The rule no-split-limit compares a route with those before it where their limits differ, and not with each of hundreds. */
import {expect} from 'chai';
import {splitLimit} from '../../lint/analysis/split-limit.ts';
import {type Model, modelOf} from '../../lint/model/model.ts';
import {shapeOf} from '../../lint/shape/shape.ts';
import {readerOf} from '../../lint/source/files.ts';
import {readSource} from '../../lint/source/read.ts';
import {documentsOf} from '../../lint/source/unit.ts';
import {recordedModel} from './support/recorded-scope.ts';

async function modelWith(routes: readonly object[]): Promise<Model> {
  const [unit] = documentsOf(await readSource('p.json', JSON.stringify({routes})));
  return modelOf(shapeOf(unit!), readerOf({files: {}}));
}

describe('routes with limits of their own', () => {
  it('are compared only where their limits differ', async () => {
    const routes = Array.from({length: 100}, (_, index) => ({
      name: `r${index}`,
      match: {path: `/v1/things-${index}/*`},
      quota: {limits: [{unit: 'requests', max: 100, perMs: 1000}]},
      concurrency: {max: 10},
    }));
    const model = await modelWith(routes);
    let compared = 0;
    const recorded = recordedModel(model, path => {
      if (path.startsWith('match')) compared++;
    });
    expect(recorded.scopes.flatMap(scope => [...splitLimit.check!(scope, recorded.scopes)])).to.deep.equal([]);
    expect(compared).to.equal(0);
  });
});
