const axios = require('axios');
const {default: axiosRetry} = require('axios-retry');

const client = axios.create({timeout: 2000});
axiosRetry(client, {
  retries: 4,
  retryDelay: count => count * 1000,
});
module.exports = client;
