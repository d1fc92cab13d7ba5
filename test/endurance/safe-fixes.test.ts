/** Hundreds of policies before and after their safe fixes, where `npm test` tries some hundred, and all before a release: the same property, by the same seed. */
import {runs} from '../support/runs.ts';

process.env.FUZZ_CASES = String(runs(500, 2000));
await import('../lint/safe-fixes.test.ts');
