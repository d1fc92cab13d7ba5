import axios from 'axios';
import axiosRetry from 'axios-retry';

export const http = axios.create({baseURL: 'https://stock.example', timeout: 4000});
axiosRetry(http, {retries: 3});
