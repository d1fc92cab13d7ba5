/** Files of exact formats with thousands of entries: the time to read them grows with their number, and not with its square. */
import {expect} from 'chai';
import {lintText} from '../../../lint/lint.ts';
import {ofProcessor} from './of-processor.ts';

describe('a file of an exact format', function () {
  this.timeout(600_000);
  const RETRIER = '{"ErrorEquals": ["States.ALL"], "MaxAttempts": 20}';
  const GROWING: readonly [string, (count: number) => string, path: string][] = [
    [
      'states',
      count =>
        `{"StartAt": "s0", "States": {${Array.from({length: count}, (_, index) => `"s${index}": {"Type": "Task", "Retry": [${RETRIER}]}`).join()}}}`,
      'a.asl.json',
    ],
    [
      'retriers of a state',
      count => `{"StartAt": "a", "States": {"a": {"Retry": [${Array.from({length: count}, () => RETRIER).join()}]}}}`,
      'a.asl.json',
    ],
    [
      'routes',
      count =>
        `apiVersion: networking.istio.io/v1\nkind: VirtualService\nspec:\n  http:\n${'    - retries: {attempts: 9, retryOn: 5xx}\n'.repeat(count)}`,
      'a.yaml',
    ],
    [
      'conditions of a route',
      count =>
        `apiVersion: networking.istio.io/v1\nkind: VirtualService\nspec: {http: [{retries: {attempts: 1, retryOn: "${'5xx,foo,'.repeat(count)}"}}]}\n`,
      'a.yaml',
    ],
    [
      'policies and targets',
      count =>
        `apiVersion: dapr.io/v1alpha1\nkind: Resiliency\nspec:\n  policies:\n    retries:\n${Array.from({length: count}, (_, index) => `      r${index}: {policy: constant}\n`).join('')}  targets:\n    apps:\n${Array.from({length: count}, (_, index) => `      a${index}: {retry: x${index}}\n`).join('')}`,
      'a.yaml',
    ],
  ];
  for (const [what, make, path] of GROWING)
    it(`is read in a time that grows with the number of ${what}`, async () => {
      const timeOf = (count: number): Promise<number> =>
        ofProcessor(() => lintText({path, files: {[path]: make(count)}}));
      await timeOf(200);
      const [few, many] = [await timeOf(500), await timeOf(4000)];
      // Eight times as many; a time that grew with the square would be 64 times as long.
      expect(many).to.be.below(24 * few + 200);
    });
});
