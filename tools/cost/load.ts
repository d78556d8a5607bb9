import { relaysOf } from './functions';
import { ASSUMED, ASSUMED_WITH_RELAY, type Usage } from './usage';
import { readSettings } from '../../runtime/shared/settings';
import type { Template } from '../template';

/** Load on the services in a month. */
export interface Load {
  readonly visits: number;
  readonly apiRequests: number;
  readonly pageRequests: number;
  /** Number of starts of LibreChat. */
  readonly starts: number;
  /** Total duration of LibreChat's function. */
  readonly libreChatSeconds: number;
  /** Total duration of the relay; 0 without one. */
  readonly relaySeconds: number;
  readonly gbToViewers: number;
  readonly logGb: number;
}

export function loadOf(template: Template, usage: Usage): Load {
  const { replies, seconds, users } = usage;
  const visits = users * ASSUMED.visitsPerUser;
  const functions = relaysOf(template).length > 0 ? withRelay(usage, visits) : withoutRelay(usage, visits);
  return {
    ...functions,
    visits,
    pageRequests: visits * ASSUMED.pageRequestsPerVisit,
    gbToViewers: (visits * ASSUMED.mbPerVisit + replies * seconds * ASSUMED.mbPerStreamedSecond) / 1000,
    logGb: functions.apiRequests * ASSUMED.logKbPerRequest / 1e6,
  };
}

type FunctionLoad = Pick<Load, 'apiRequests' | 'starts' | 'libreChatSeconds' | 'relaySeconds'>;

/** API Gateway invokes LibreChat's function, which serves one request at a time. */
function withoutRelay({ replies, seconds }: Usage, visits: number): FunctionLoad {
  const apiRequests = replies * ASSUMED.apiRequestsPerReply + visits * ASSUMED.apiRequestsPerVisit;
  const starts = visits * ASSUMED.startsPerVisit;
  const shortRequests = apiRequests - 2 * replies;
  return {
    apiRequests,
    starts,
    libreChatSeconds: replies * secondsPerReply(seconds) + shortRequests * ASSUMED.secondsPerShortRequest + starts * ASSUMED.secondsPerStart,
    relaySeconds: 0,
  };
}

/** One environment generates until the reply is saved, another one streams. */
export function secondsPerReply(seconds: number): number {
  return 2 * seconds + readSettings({}).graceMs / 1000;
}

/**
 * API Gateway invokes a relay for each request, and a worker runs while there are requests. Visits and replies that arrive at random keep
 * it running for a share of the time of 1 - exp(-n), where n is the mean number of those in progress (a queue of type M/G/∞).
 */
function withRelay({ replies, seconds }: Usage, visits: number): FunctionLoad {
  const { activeHours, apiRequestsPerVisit, lingerSeconds, requestsPerWorker, secondsToSave, titleSeconds } = ASSUMED_WITH_RELAY;
  const activeSeconds = activeHours * 3600;
  const secondsOfWorker = Math.max(titleSeconds, seconds + secondsToSave + lingerSeconds);
  const inProgress = (replies * secondsOfWorker + visits * (ASSUMED.secondsPerStart + lingerSeconds)) / activeSeconds;
  const idleShare = Math.exp(-inProgress);
  const starts = visits * idleShare;
  const workers = Math.max(1 - idleShare, replies * seconds / activeSeconds / requestsPerWorker);
  const apiRequests = replies * ASSUMED.apiRequestsPerReply + visits * apiRequestsPerVisit;
  const shortRequests = apiRequests - replies;
  const waitingSeconds = starts * apiRequestsPerVisit * ASSUMED.secondsPerStart;
  return {
    apiRequests,
    starts,
    libreChatSeconds: activeSeconds * workers,
    relaySeconds: replies * seconds + shortRequests * ASSUMED.secondsPerShortRequest + waitingSeconds,
  };
}
