import axios from 'axios';
import axiosRetry from 'axios-retry';

const maps = axios.create({baseURL: 'https://maps.example', timeout: 3000});
axiosRetry(maps, {retries: 3, retryDelay: axiosRetry.exponentialDelay});
export default maps;
