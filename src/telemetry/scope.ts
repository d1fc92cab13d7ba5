/** The name of the instrumentation scope: the package's own. */
export const SCOPE = 'steadfetch';
/** The semantic conventions that names and values follow. Backends use it to translate between versions. */
export const SCHEMA_URL = 'https://opentelemetry.io/schemas/1.45.0';
