/** Two thousand broken configurations of LiteLLM, where `npm test` tries some: the same properties, by the same seed. */
process.env.FUZZ_CASES = '2000';
await import('../lint/litellm-fuzz.test.ts');
