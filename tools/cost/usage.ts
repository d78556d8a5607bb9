import { readSettings } from '../../runtime/shared/settings';

/** What people do with a deployment in a month. */
export interface Usage {
  readonly answers: number;
  /** How long the model takes for one answer. */
  readonly seconds: number;
  /** How many people open the page. */
  readonly users: number;
  /** Whether to take off what AWS gives each account for ever. */
  readonly freeTier: boolean;
}

/** Assumptions rather than measurements, and meant to be high: below the table stands each that weighs something. */
export const ASSUMED = {
  answersPerUser: 200,
  visitsPerUser: 20,
  /** The page and what it asks the API for when it is opened. Most of the files come from the browser's own cache. */
  pageRequestsPerVisit: 40,
  apiRequestsPerVisit: 20,
  mbPerVisit: 1,
  /** Environments that a visit starts, because the page asks for several things at once, and how long each start takes. */
  startsPerVisit: 4,
  secondsPerStart: 10,
  /** The POST, the stream, and what the page reads again. */
  apiRequestsPerAnswer: 8,
  secondsPerShortRequest: 0.1,
  /** The events of an answer: at most 40 a second, each with its frame. */
  mbPerStreamedSecond: 0.015,
  /** The conversation that goes to the model, what comes back from there, and what the database takes. */
  mbToModelPerAnswer: 1,
  databaseIosPerAnswer: 300,
  databaseGb: 1,
  pageGb: 0.1,
  filesGbPerUser: 0.1,
  uploadsPerUser: 20,
  imageGb: 1,
  logKbPerRequest: 3,
  buildsPerMonth: 1,
  minutesPerBuild: 5,
} as const;

/** What a month's use asks of the services. */
export interface Load {
  readonly visits: number;
  readonly apiRequests: number;
  readonly pageRequests: number;
  readonly starts: number;
  /** How long environments are busy, all together. */
  readonly busySeconds: number;
  readonly gbToViewers: number;
  readonly logGb: number;
}

export function loadOf({ answers, seconds, users }: Usage): Load {
  const visits = users * ASSUMED.visitsPerUser;
  const apiRequests = answers * ASSUMED.apiRequestsPerAnswer + visits * ASSUMED.apiRequestsPerVisit;
  const starts = visits * ASSUMED.startsPerVisit;
  const shortRequests = apiRequests - 2 * answers;
  return {
    visits,
    apiRequests,
    pageRequests: visits * ASSUMED.pageRequestsPerVisit,
    starts,
    busySeconds: answers * secondsPerAnswer(seconds) + shortRequests * ASSUMED.secondsPerShortRequest + starts * ASSUMED.secondsPerStart,
    gbToViewers: (visits * ASSUMED.mbPerVisit + answers * seconds * ASSUMED.mbPerStreamedSecond) / 1000,
    logGb: apiRequests * ASSUMED.logKbPerRequest / 1e6,
  };
}

/** One environment generates and is held until the answer is saved, another streams. */
export function secondsPerAnswer(seconds: number): number {
  return 2 * seconds + readSettings({}).graceMs / 1000;
}
