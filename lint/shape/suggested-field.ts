/**
 * The field that the message of an unknown field suggests: `jitter` in 'did you mean "jitter"?'.
 *
 * It is the closest name, which may have another unit: see `likenessOf`. Names of other libraries count differently, so they are not
 * suggested in this way. The name is read from the message, because a separate field would add to every bundle of the client and only the linter would use it.
 */
export const suggestedField = (message: string): string | undefined => /did you mean "([^"]+)"\?/.exec(message)?.[1];
