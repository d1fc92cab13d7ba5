/** The commands that the server's lenses and actions name, and that the extension runs. */

/** Arguments: the code of a rule, and the URI of a document. */
export const EXPLAIN = 'retry-lint.explain';

/** Arguments: the URI of a document, the policy as `{policy: 0}`, and the name of a scenario. */
export const SIMULATE = 'retry-lint.simulate';
