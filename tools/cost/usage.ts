/** Monthly use of a deployment. */
export interface Usage {
  readonly replies: number;
  /** Duration of a reply. */
  readonly seconds: number;
  /** Number of users who open the page. */
  readonly users: number;
  /** Whether to subtract the free tier that does not expire. */
  readonly freeTier: boolean;
}

/** Assumptions, not measurements, and rather high. The report lists the significant ones. */
export const ASSUMED = {
  repliesPerUser: 200,
  visitsPerUser: 20,
  /** Requests when the page is opened. Most of the files come from the browser's cache. */
  pageRequestsPerVisit: 40,
  apiRequestsPerVisit: 20,
  mbPerVisit: 1,
  /** Environments that a visit starts, because the page sends several requests at once, and the duration of a start. */
  startsPerVisit: 4,
  secondsPerStart: 10,
  /** The POST, the stream, and what the page reads afterwards. */
  apiRequestsPerReply: 8,
  secondsPerShortRequest: 0.1,
  /** The events of a reply: at most 40 per second, with their framing. */
  mbPerStreamedSecond: 0.015,
  /** The conversation that is sent to the model, the model's reply, and data for the database. */
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

/** Assumptions for a deployment with a relay, where many requests share one LibreChat. */
export const ASSUMED_WITH_RELAY = {
  /** API calls when a logged-in user opens the page. Without a running worker, each of them waits for LibreChat to start. */
  apiRequestsPerVisit: 28,
  /** Hours of a month with chats. The more they spread out, the longer a worker runs. */
  activeHours: 220,
  /** Time after its last request until a worker ends. */
  lingerSeconds: 3,
  /** Minimum time that a worker runs after the start of a reply, because the title may not be stored yet. */
  titleSeconds: 12,
  /** Time after a reply until the reply and its title are saved. */
  secondsToSave: 2,
  requestsPerWorker: 50,
} as const;
