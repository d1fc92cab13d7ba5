/** Two thousand policies before and after their safe fixes, where `npm test` tries some hundred: the same property, by the same seed. */
process.env.FUZZ_CASES = '2000';
await import('../lint/safe-fixes.test.ts');
