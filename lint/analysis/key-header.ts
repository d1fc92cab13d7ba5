/** Headers by which servers deduplicate. */

/** Whether a header is known to hold an idempotency key, in any case. */
export const isKeyHeader = (header: string): boolean =>
  /idempoten(?:cy|ce)/i.test(header) || header.toLowerCase() === 'paypal-request-id';

interface KeyHeader {
  readonly vendor: string;
  /** Hosts, with their subdomains. */
  readonly hosts: readonly string[];
  readonly header: string;
  /** What the path has, where a vendor reads another header elsewhere. */
  readonly path?: RegExp;
}

/** Vendors that deduplicate by this header, and ignore others. RL117 has the sources. */
const KEY_HEADERS: readonly KeyHeader[] = [
  {vendor: 'PayPal', hosts: ['paypal.com'], header: 'PayPal-Request-Id'},
  {vendor: 'Checkout.com', hosts: ['checkout.com'], header: 'Cko-Idempotency-Key'},
  {vendor: 'Klarna', hosts: ['klarna.com'], header: 'Klarna-Idempotency-Key'},
  {
    vendor: 'Amazon Pay',
    hosts: ['pay-api.amazon.com', 'pay-api.amazon.eu', 'pay-api.amazon.jp'],
    header: 'x-amz-pay-idempotency-key',
  },
  {vendor: 'YooKassa', hosts: ['yookassa.ru'], header: 'Idempotence-Key'},
  {vendor: 'Mercado Pago', hosts: ['mercadopago.com', 'mercadopago.com.br'], header: 'X-Idempotency-Key'},
  {vendor: 'Razorpay', hosts: ['razorpay.com'], header: 'X-Payout-Idempotency', path: /\/payouts(?:\/|$)/},
  {vendor: 'Razorpay', hosts: ['razorpay.com'], header: 'X-Refund-Idempotency', path: /\/refunds?$/},
  {vendor: 'Stripe', hosts: ['stripe.com'], header: 'Idempotency-Key'},
  {vendor: 'Adyen', hosts: ['adyen.com', 'adyenpayments.com'], header: 'Idempotency-Key'},
];

/** The vendor of an origin whose header is known, on this path. */
export function keyHeaderOf(origin: string, path = ''): KeyHeader | undefined {
  const host = URL.parse(origin)?.hostname ?? '';
  const isOf = (name: string): boolean => host === name || host.endsWith(`.${name}`);
  return KEY_HEADERS.find(({hosts, path: has}) => hosts.some(isOf) && has?.test(path) !== false);
}
