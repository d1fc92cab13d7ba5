/** Ports with the OpenTelemetry observer in place, unless the user brought another, or none: `observer: null`. */
import type {Ports} from '../call/ports.ts';
import {otelObserver} from './otel-observer.ts';

export const observed = <P extends Omit<Ports, 'fetch'>>(ports: P): P =>
  ports.observer === undefined ? {...ports, observer: otelObserver()} : ports;
