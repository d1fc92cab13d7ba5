/** The number by which the engine refuses a compiled policy that has other fields than the engine reads. */
import {createHash} from 'node:crypto';
import {expect} from 'chai';
import {PLAN_FORMAT} from '../../src/policy/layers.ts';
import {objectsOf, type Shape, shapesOf} from '../../src/policy/shape.ts';
import {policyShape} from '../../src/policy/shapes.ts';

/** A digest of the fields of each format. For new fields, raise PLAN_FORMAT and add a line: the line of a published format never changes. */
const FIELDS: Readonly<Record<number, string>> = {
  1: 'a12239924113bb76',
};

/** The path of each field, with those of list items and of all kinds. */
const pathsOf = (shape: Shape, path: string): string[] => [
  path,
  ...objectsOf(shape).flatMap(({fields}) =>
    Object.entries(fields).flatMap(([name, field]) => pathsOf(field, `${path}.${name}`)),
  ),
  ...shapesOf(shape).flatMap(each => ('item' in each ? pathsOf(each.item, `${path}[]`) : [])),
];

describe('PLAN_FORMAT', () => {
  it('is another one whenever a policy has other fields', () => {
    const paths = [...new Set(pathsOf(policyShape, ''))].sort();
    expect(paths).to.include('.breaker.maxProbeMs').and.to.include('.quota.limits[].unit');
    const digest = createHash('sha256').update(paths.join('\n')).digest('hex').slice(0, 16);
    expect(digest).to.equal(FIELDS[PLAN_FORMAT]);
  });
});
