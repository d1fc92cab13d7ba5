/** The commands of the server, as clients call them. */

/** Arguments: the URI of a document, and the fingerprint of a finding. */
export const addToBaseline = 'retry-lint.addToBaseline';

/** Arguments: the URL of a page. */
export const openDocumentation = 'retry-lint.openDocumentation';

/** Arguments: the URI of a document, and the code or name of a rule. Returns Markdown. */
export const explainRule = 'retry-lint.explainRule';

export const commandNames: readonly string[] = [addToBaseline, openDocumentation, explainRule];
