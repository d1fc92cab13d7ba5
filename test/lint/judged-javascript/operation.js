const retry = require('retry');
const dns = require('dns');

exports.resolve = (host, done) => {
  const operation = retry.operation({retries: 5, factor: 3, minTimeout: 500, maxTimeout: 20000});
  operation.attempt(() => {
    dns.resolve(host, (error, addresses) => {
      if (operation.retry(error)) return;
      done(error ? operation.mainError() : null, addresses);
    });
  });
};
