/** The name that editors show beside each diagnostic. */
export const source = 'retry-lint';
