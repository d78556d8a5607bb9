/** Use of a deployment in a month. */
export interface Usage {
  readonly replies: number;
  /** Duration of a reply. */
  readonly seconds: number;
  /** Number of people who open the page. */
  readonly users: number;
  /** Whether to subtract the free tier that does not expire. */
  readonly freeTier: boolean;
}

/** Assumptions, not measurements, and on the high side. The report lists those that matter. */
export const ASSUMED = {
  repliesPerUser: 200,
  visitsPerUser: 20,
  /** The page and what it asks the API for when it is opened. Most of the files come from the browser's own cache. */
  pageRequestsPerVisit: 40,
  apiRequestsPerVisit: 20,
  mbPerVisit: 1,
  /** Environments that a visit starts, because the page asks for several things at once, and how long each start takes. */
  startsPerVisit: 4,
  secondsPerStart: 10,
  /** The POST, the stream, and what the page reads again. */
  apiRequestsPerReply: 8,
  secondsPerShortRequest: 0.1,
  /** The events of a reply: at most 40 a second, each with its frame. */
  mbPerStreamedSecond: 0.015,
  /** The conversation that goes to the model, what comes back from there, and what the database takes. */
  mbToModelPerReply: 1,
  databaseIosPerReply: 300,
  databaseGb: 1,
  pageGb: 0.1,
  filesGbPerUser: 0.1,
  uploadsPerUser: 20,
  imageGb: 1,
  logKbPerRequest: 3,
  buildsPerMonth: 1,
  minutesPerBuild: 5,
} as const;

/** The same for a deployment with a relay, where many requests share one LibreChat. */
export const ASSUMED_WITH_RELAY = {
  /** API calls of the page when a user who is logged in opens it; without a running worker, each of them waits for LibreChat to start. */
  apiRequestsPerVisit: 28,
  /** Hours of a month in which people chat. The more they spread out, the longer a worker runs. */
  activeHours: 220,
  /** A worker ends so long after its last request. */
  lingerSeconds: 3,
  /** A worker stays at least so long after a reply has begun, since its title may not be stored yet. */
  titleSeconds: 12,
  /** After a reply, until it and its title are saved. */
  secondsToSave: 2,
  requestsPerWorker: 50,
} as const;
