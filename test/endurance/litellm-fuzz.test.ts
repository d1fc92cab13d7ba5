/** Hundreds of broken configurations of LiteLLM, where `npm test` tries some, and all before a release: the same properties, by the same seed. */
import {runs} from '../support/runs.ts';

process.env.FUZZ_CASES = String(runs(700, 2000));
await import('../lint/litellm-fuzz.test.ts');
