/**
 * Access logs of the Application and the Classic Load Balancer of AWS.
 *
 * @see AWS, "Access logs for your Application Load Balancer", "Access logs for your Classic Load Balancer"
 */
import {answered} from '../../core/outcome.ts';
import {LoggedAnswer, type LoggedFailure} from '../failure.ts';
import {failedStatus, methodOf, timeOf} from '../fields.ts';
import * as transport from '../transport.ts';

const LINE =
  /^(?:(?:https?|h2|grpcs?|wss?) )?(\d{4}-\d\d-\d\dT[\d:.]{8,20}Z) \S{1,200} \S{1,60}:\d+ (\S{1,60}) (-?[\d.]+) (-?[\d.]+) (-?[\d.]+) (\d{3}|-) (\d{3}|-) (?:\d+ ){1,2}"(\S{1,20}) (\S{1,4096}) /;
/** The client closed the connection. */
const CLIENT_LEFT = '460';

/** Undefined: another format. */
export function readLoadBalancer(line: string): LoggedFailure | null | undefined {
  const found = LINE.exec(line);
  if (found === null) return undefined;
  const [, time, target, requestTime, , , status, , method, url] = found;
  const hasLeft = status === CLIENT_LEFT;
  if (!hasLeft && failedStatus(status) === undefined) return null;
  return {
    format: 'AWS load balancer log',
    protocol: 'http',
    at: timeOf(time),
    method: methodOf(method),
    target: url,
    outcome: hasLeft ? transport.ABORTED : answered(new LoggedAnswer(Number(status))),
    // -1 for the time to the target: the request was not dispatched.
    sent: !hasLeft && (target === '-' || requestTime === '-1') && Number(status) >= 500 ? 'not-sent' : undefined,
  };
}
