/** Paths of gRPC: `/package.Service/Method`. */

const SERVICE = /^(?:[a-z_][\w*]*\.)+[A-Z][\w*]*$/;
const PACKAGE = /^(?:[a-z_][\w*]*\.)+\*+$/;
const METHOD = /^[A-Z][\w*]*$/;
const WILDCARD = /^\*+$/;

/** Certainly a method of gRPC, or all of a service: then every call is a POST, whether the route names it or not. */
export function isGrpcPath(path: string | undefined): boolean {
  const [service = '', method = '', ...others] = segmentsOf(path);
  if (others.length > 0) return false;
  return SERVICE.test(service)
    ? METHOD.test(method) || WILDCARD.test(method)
    : PACKAGE.test(service) && METHOD.test(method);
}

/** Whether calls of gRPC can belong to a route: its path may be that of a service without a package. */
export function mayBeGrpcPath(path: string | undefined): boolean {
  if (path === undefined || path === '/**' || isGrpcPath(path)) return true;
  const [service = '', method = '', ...others] = segmentsOf(path);
  const isService = WILDCARD.test(service) || METHOD.test(service.replace(/^.*\./, ''));
  return others.length === 0 && isService && (WILDCARD.test(method) || METHOD.test(method));
}

const segmentsOf = (path = ''): string[] => path.split('/').slice(1);
