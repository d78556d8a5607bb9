import { QUEUE } from '../../src/contract/queue';
import { RELAY } from '../../src/contract/relay';
import { given, positive } from '../queue/environment';

/** Values of the function's environment variables that are not references. */
export interface Configuration {
  readonly prefix: string;
  readonly release: string;
  readonly capacity: number;
  readonly maxWorkers: number;
  readonly workerFunction: string;
  readonly workerQualifier?: string;
  /** 0: events are not padded. */
  readonly padEventsTo: number;
}

export function readConfiguration(environment: NodeJS.ProcessEnv): Configuration {
  return {
    prefix: given(environment, QUEUE.prefix),
    release: given(environment, QUEUE.release),
    capacity: positive(environment, QUEUE.maxConcurrentRequests),
    maxWorkers: positive(environment, RELAY.maxWorkers),
    workerFunction: given(environment, RELAY.workerFunction),
    workerQualifier: environment[RELAY.workerQualifier] || undefined,
    padEventsTo: environment[RELAY.padEventsTo] ? positive(environment, RELAY.padEventsTo) : 0,
  };
}
