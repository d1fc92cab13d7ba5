const pRetry = require('p-retry');
const {upload} = require('./storage');

module.exports.publish = report => pRetry(() => upload(report), {
  randomize: true,
  shouldRetry: error => error.code === 'ECONNRESET',
});
