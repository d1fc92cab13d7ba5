/** The commands of the server, as clients call them. */

/** Arguments: the URI of a document, and the fingerprint of a finding. */
export const addToBaseline = 'retry-lint.addToBaseline';

/** Shows why a rule exists. Arguments: the code or name of the rule, and the URI of a document whose plugins count (optional). */
export const explain = 'retry-lint.explain';

/** Arguments: the URI of a document, and the code or name of a rule. Returns Markdown. */
export const explainRule = 'retry-lint.explainRule';

/**
 * Shows what a policy does in a scenario. Arguments: the URI of a document, the policy as `{policy: 0}` or `{policy: 0, route: 0}`, and the
 * name of a scenario (default: spike).
 */
export const simulate = 'retry-lint.simulate';

/** Arguments as of `simulate`. Returns the page as HTML that loads nothing. */
export const simulationPage = 'retry-lint.simulationPage';

export const commandNames: readonly string[] = [addToBaseline, explain, explainRule, simulate, simulationPage];
