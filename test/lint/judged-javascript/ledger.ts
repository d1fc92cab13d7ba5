import {ExponentialBackoff, handleType, retry} from 'cockatiel';
import {ledger, LedgerUnavailable} from './ledger-client';

const policy = retry(handleType(LedgerUnavailable), {maxAttempts: 3, backoff: new ExponentialBackoff()});
export const balance = (id: string) => policy.execute(() => ledger.balance(id));
