import { BUILD_LIMITS_MINUTES } from '../../src/contract/image-build';

const MINUTE_MS = 60_000;

/** The times by which the function waits. */
export interface Settings {
  /** The first pause between two looks at a build; each further one is twice as long. */
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
  /** With less time left than this the function hands its work to its next invocation: enough for a call of AWS that must be repeated. */
  readonly handOverMs: number;
  /** How long after CloudFormation's request it gives up. */
  readonly patienceMs: number;
  /** The unit of the growing pauses between attempts to tell CloudFormation. */
  readonly answerRetryMs: number;
}

export const SETTINGS: Settings = {
  firstPauseMs: 1_000,
  longestPauseMs: 5_000,
  handOverMs: MINUTE_MS,
  // Longer than a build may take, so that CodeBuild says what was slow; within the time that the resource gives the function.
  patienceMs: (BUILD_LIMITS_MINUTES.queued + BUILD_LIMITS_MINUTES.running + 5) * MINUTE_MS,
  answerRetryMs: 200,
};
