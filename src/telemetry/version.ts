/** Name and version of the instrumentation scope: the package's own. A test holds them against package.json. */
export const SCOPE = 'steadfetch';
export const VERSION = '0.1.0';
/** The semantic conventions that names and values follow; backends translate from one version to another by it. */
export const SCHEMA_URL = 'https://opentelemetry.io/schemas/1.45.0';
