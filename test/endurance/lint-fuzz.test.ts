/** Thousands of broken policies, where `npm test` tries some hundreds, and all before a release: the same properties, by the same seeds. */
import {runs} from '../support/runs.ts';

process.env.FUZZ_CASES = String(runs(3000, 10_000));
await import('../lint/fuzz.test.ts');
