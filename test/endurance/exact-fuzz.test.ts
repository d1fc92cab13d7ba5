/** Ten thousand broken files of proxies, workflows and gRPC, where `npm test` tries some: the same properties, by the same seed. */
process.env.FUZZ_CASES = '10000';
await import('../lint/exact/fuzz.test.ts');
