/** Ports with the OpenTelemetry observer in place, unless the user brought another, or none: `observer: null`. */
import type {Ports} from '../client/ports.ts';
import {otelObserver} from './otel-observer.ts';

export const observed = <P extends Pick<Ports, 'observer'>>(ports: P): P =>
  ports.observer === undefined ? {...ports, observer: otelObserver()} : ports;
