import {createFetch} from 'steadfetch/fetch';
import typo from './typo.json' with {type: 'json'};

createFetch({maxAttempts: 'many'}); // Type '"many"' is not assignable to type 'number | "unlimited" | null | undefined'
createFetch({maxAttempt: 3, name: 'shop'}); // 'maxAttempt' does not exist in type
createFetch({backoff: {jitter: 'ful'}}); // Did you mean '"full"'?
createFetch({backoff: {jitter: 'full', capMS: 3}}); // 'capMS' does not exist in type 'BackoffInput'
createFetch({routes: [{name: 'shop'}]}); // Property 'match' is missing
createFetch({routes: [{match: {pat: '/'}}]}); // Did you mean to write 'path'?
createFetch({retryOn: ['6xx']}); // Type '"6xx"' is not assignable to type 'RetryTrigger'
createFetch({version: 2}); // Type '2' is not assignable to type '1'
createFetch(typo); // Argument of type
