/** Ten thousand broken Python files, where `npm test` tries some: the same properties, by the same seeds. */
process.env.FUZZ_CASES = '10000';
await import('../lint/python/fuzz.test.ts');
