/** Name and version of the instrumentation scope: the package's own. A test holds them against package.json. */
export const SCOPE = 'steadfetch';
export const VERSION = '0.1.0';
