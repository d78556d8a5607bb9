import { BUILD_LIMITS_MINUTES } from '../../src/contract/image-build';

const MINUTE_MS = 60_000;

/** Timings of the function. */
export interface Settings {
  /** First pause between two queries of a build. Each further pause is twice as long, up to `longestPauseMs`. */
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
  /** The function continues in another invocation when less time than this is left. Enough for an AWS call with retries. */
  readonly handOverMs: number;
  /** Time after CloudFormation's request at which the function gives up. */
  readonly timeoutMs: number;
  /** Time after CloudFormation's request for which denied calls are repeated: permissions that were just granted may not be in force yet. */
  readonly permissionWaitMs: number;
  /** Base of the exponential backoff between attempts to respond to CloudFormation. */
  readonly responseRetryMs: number;
}

export const SETTINGS: Settings = {
  firstPauseMs: 1_000,
  longestPauseMs: 5_000,
  handOverMs: MINUTE_MS,
  // Longer than the timeouts of a build, so that CodeBuild reports the slow phase; shorter than the timeout of the resource.
  timeoutMs: (BUILD_LIMITS_MINUTES.queued + BUILD_LIMITS_MINUTES.running + 5) * MINUTE_MS,
  permissionWaitMs: 30_000,
  responseRetryMs: 200,
};
