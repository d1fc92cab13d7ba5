/**
 * What each public entry exports at run time, sorted. These names are the promise of a version: one more is a minor
 * version, one less a major one. Held against the sources by exports.test.ts, against the tarball by package/.
 */
const shared = ['InvalidPolicyError', 'RejectedError', 'SteadfetchError', 'TimeoutError', 'definePolicy'];
const fullCore = [...shared, 'SystemIds', 'createFetch', 'presets', 'reportOf', 'resilience', 'seededRandom'].sort();

export const publicNames: Readonly<Record<string, readonly string[]>> = {
  '.': fullCore,
  './core': fullCore,
  './batch': [...shared, 'answer', 'runBatch'].sort(),
  './fetch': [...shared, 'createFetch', 'reportOf'].sort(),
  './function': [...shared, 'guard', 'reportOf'].sort(),
  './grpc': [...shared, 'grpcInterceptor', 'reportOf', 'toServiceConfig'].sort(),
  './ky': [...shared, 'reportOf', 'resilience'].sort(),
  './lint': [
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
  './load': ['loadPolicy', 'loadPolicySync'],
  './log': ['attemptLines', 'logToConsole', 'logToPino'],
  './register': [],
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
