/** Thousands of broken files of proxies, workflows and gRPC, where `npm test` tries some, and all before a release: the same properties, by the same seed. */
import {runs} from '../support/runs.ts';

process.env.FUZZ_CASES = String(runs(3000, 10_000));
await import('../lint/exact/fuzz.test.ts');
