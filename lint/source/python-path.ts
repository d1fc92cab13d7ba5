/** Python files, by their names. */

export const isPython = (path: string): boolean => /\.py$/i.test(path);

/** As pytest finds them. */
export const isPythonTest = (path: string): boolean =>
  isPython(path) && /(?:^|\/)(?:tests\/|test_[^/]*$|conftest\.py$)|_test\.py$/.test(path);
