/** gRPC paths: `/package.Service/Method`. */

const SERVICE = /^(?:[a-z_][\w*]*\.)+[A-Z][\w*]*$/;
const PACKAGE = /^(?:[a-z_][\w*]*\.)+\*+$/;
const METHOD = /^[A-Z][\w*]*$/;
const WILDCARD = /^\*+$/;

/** Whether the path certainly is a gRPC method, or all of a gRPC service. Every call is then a POST, also if the route names no method. */
export function isGrpcPath(path: string | undefined): boolean {
  // A path without a package is not certain to be gRPC. Most paths have no dot, and rules call this for each route.
  if (path?.includes('.') !== true) return false;
  const [service = '', method = '', ...others] = segmentsOf(path);
  if (others.length > 0) return false;
  return SERVICE.test(service)
    ? METHOD.test(method) || WILDCARD.test(method)
    : PACKAGE.test(service) && METHOD.test(method);
}

/** Whether gRPC calls can match the path: a service may have no package. */
export function mayBeGrpcPath(path: string | undefined): boolean {
  if (path === undefined || path === '/**' || isGrpcPath(path)) return true;
  const [service = '', method = '', ...others] = segmentsOf(path);
  const isService = WILDCARD.test(service) || METHOD.test(service.replace(/^.*\./, ''));
  return others.length === 0 && isService && (WILDCARD.test(method) || METHOD.test(method));
}

const segmentsOf = (path = ''): string[] => path.split('/').slice(1);
