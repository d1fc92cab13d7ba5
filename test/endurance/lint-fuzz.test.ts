/** Ten thousand broken policies, where `npm test` tries some hundreds: the same properties, by the same seeds. */
process.env.FUZZ_CASES = '10000';
await import('../lint/fuzz.test.ts');
