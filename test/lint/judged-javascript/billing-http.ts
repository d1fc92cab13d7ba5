import axios from 'axios';
import axiosRetry, {exponentialDelay, isRetryableError} from 'axios-retry';

const billing = axios.create({baseURL: 'https://billing.example', timeout: 5000});
axiosRetry(billing, {retries: 3, retryDelay: exponentialDelay, retryCondition: isRetryableError});

export const createInvoice = (invoice: object) => billing.post('/invoices', invoice);
