/** What a run came to: the client's view (results) and the server's (stats) in one record. */
import type {RunStats} from './server.ts';
import type {RunSummary} from './table.ts';
import type {CallResult} from './traffic.ts';

export function summarize(name: string, results: readonly CallResult[], stats: RunStats): RunSummary {
  return {
    name,
    calls: results.length,
    succeeded: results.filter(({success}) => success).length,
    latenciesMs: results.map(({latencyMs}) => latencyMs),
    requests: stats.requests,
    keyed: stats.keyed,
    early: stats.early,
    duplicates: stats.duplicates,
    chargedYetFailed: results.filter(({success, call}) => !success && stats.charges.has(call.id)).length,
  };
}
