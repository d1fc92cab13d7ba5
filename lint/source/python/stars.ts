/** What `from x import *` may bring in: of a module that is not known, any name but those of Python itself. */

/** Names of Python that few modules define anew, and no finding may depend on such a module. */
const BUILT_IN =
  /^(?:abs|all|any|bool|bytes|dict|enumerate|filter|float|getattr|hasattr|int|isinstance|iter|len|list|map|max|min|next|object|open|pow|print|range|repr|reversed|round|set|sorted|str|sum|super|tuple|type|zip|(?:Base)?Exception|(?:Connection\w*|Timeout|OS|IO|Value|Key|Type|Runtime)Error|__\w+__)$/;

export const isBuiltIn = (word: string): boolean => BUILT_IN.test(word);

/** Modules whose names are known not to be those of a retry, beside those that are read. */
const KNOWN =
  /^(?:abc|argparse|asyncio|collections|concurrent|contextlib|csv|ctypes|dataclasses|datetime|decimal|enum|fractions|functools|glob|http|io|itertools|json|logging|math|operator|os|pathlib|queue|random|re|shutil|signal|socket|statistics|string|struct|subprocess|sys|threading|time|tkinter|turtle|types|typing|typing_extensions|unittest|urllib|tenacity|backoff|stamina|requests|httpx|celery|openai|anthropic)(?:\.|$)/;

export const isKnownModule = (module: string): boolean => KNOWN.test(module);

/** Modules that hold nothing that is looked for. */
export const isQuietModule = (module: string): boolean =>
  /^(?:abc|ctypes|dataclasses|enum|string|struct|tkinter|turtle|types|typing|typing_extensions|unittest)(?:\.|$)/.test(
    module,
  );
