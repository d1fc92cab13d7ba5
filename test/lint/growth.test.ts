/** Policies with thousands of findings: the time to lint them grows with their number, and not with the square of the length of a list. */
import {expect} from 'chai';
import {lintText} from '../../lint/lint.ts';
import {ofProcessor} from './exact/of-processor.ts';

describe('a policy with thousands of findings', function () {
  this.timeout(600_000);
  const ROUTES = 40;
  const routes = (list: string): string =>
    `{"routes": [${Array.from({length: ROUTES}, (_, index) => `{"match": {"path": "/a${index}"}, "retryOn": ${list}}`).join()}]}`;
  const LISTS: readonly [string, (count: number) => string][] = [
    ['entries of a list', count => routes(`[${'503, '.repeat(count)}504]`)],
    ['lines of a list', count => routes(`[\n${'  503,\n'.repeat(count)}  504]`)],
  ];
  for (const [what, make] of LISTS)
    it(`is linted, with all of its fixes, in a time that grows with the number of ${what}`, async () => {
      const timeOf = (count: number): Promise<number> =>
        ofProcessor(async () => {
          const path = 'a.json';
          const {findings} = await lintText({path, files: {[path]: make(count)}});
          const fixed = findings.filter(({fix}) => fix !== undefined);
          expect(fixed.length).to.be.at.least((count - 1) * ROUTES);
        });
      await timeOf(30);
      let [few, many] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
      for (let turn = 0; turn < 3; turn++) {
        few = Math.min(few, await timeOf(30));
        many = Math.min(many, await timeOf(590));
      }
      // Twenty times as many, beside the routes themselves.
      expect(many).to.be.below(20 * few + 100);
    });
});
