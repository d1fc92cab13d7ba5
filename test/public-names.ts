/**
 * What each public entry of steadfetch exports at run time, sorted. These names are the promise of a version: one more is a minor
 * version, one less a major one. Held against the sources by exports.test.ts, against the tarball by package/.
 */
const shared = ['InvalidPolicyError', 'RejectedError', 'SteadfetchError', 'TimeoutError', 'definePolicy'];
const fullCore = [...shared, 'SystemIds', 'createFetch', 'presets', 'reportOf', 'resilience', 'seededRandom'].sort();

export const publicNames: Readonly<Record<string, readonly string[]>> = {
  '.': fullCore,
  './core': fullCore,
  './models': ['InvalidPolicyError', 'RejectedError', 'SteadfetchError', 'TimeoutError', 'modelFetch', 'reportOf'],
  './features': ['useFixedBreakers', 'useReadyPaths'],
  './batch': [...shared, 'answer', 'runBatch'].sort(),
  './bullmq': [...shared, 'answer', 'itemQueue'].sort(),
  './fetch': [...shared, 'createFetch', 'reportOf'].sort(),
  './function': [...shared, 'guard', 'reportOf'].sort(),
  './grpc': [...shared, 'grpcInterceptor', 'reportOf', 'toServiceConfig'].sort(),
  './ky': [...shared, 'reportOf', 'resilience'].sort(),
  './load': ['loadPolicy', 'loadPolicySync'],
  './log': ['attemptLines', 'logToConsole', 'logToPino'],
  './register': [],
  './server': [
    'SteadfetchError',
    'TimeoutError',
    'currentDeadline',
    'deadlineMiddleware',
    'idempotencyMiddleware',
    'idempotent',
    'memoryStore',
    'postgresSchema',
    'postgresStore',
    'postgresTransactions',
    'redisStore',
    'withDeadline',
  ],
  './simulate': ['InvalidPolicyError', 'InvalidScenarioError', 'SteadfetchError', 'scenarioNames', 'simulate'],
  './redis': ['redisGuards'],
  './telemetry': ['otelObserver', 'undiciHooks'],
  './undici': [...shared, 'resilienceInterceptor'].sort(),
  './unchecked': [
    'RejectedError',
    'SteadfetchError',
    'TimeoutError',
    'createFetch',
    'definePolicy',
    'reportOf',
    'resilience',
  ],
  './testing': [
    'ScriptedFetch',
    'SteadfetchError',
    'Timer',
    'VirtualClock',
    'expectPolicy',
    'faultServer',
    'seededRandom',
    'sleep',
  ],
};

/** The same of the package retry-lint. */
export const linterNames: Readonly<Record<string, readonly string[]>> = {
  '.': [
    'ConfigLookup',
    'RuleTester',
    'SourceCache',
    'defineDialect',
    'defineRule',
    'dependencies',
    'documentsOf',
    'explain',
    'fixText',
    'lintText',
    'locate',
    'placesOf',
    'policiesAt',
    'renderMarkdown',
    'renderText',
    'rules',
    'stateOf',
    'suppress',
    'toValue',
    'unitAt',
  ],
};
