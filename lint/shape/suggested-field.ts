/**
 * The field that the message of an unknown one proposes: `jitter` of 'did you mean "jitter"?'.
 *
 * Only a spelling is put right. Names of other libraries count differently, so they are never taken for ours unasked. Read from the
 * message, because the client, whose message it is, has no use for more, and every bundle would carry it.
 */
export const suggestedField = (message: string): string | undefined => /did you mean "([^"]+)"\?/.exec(message)?.[1];
