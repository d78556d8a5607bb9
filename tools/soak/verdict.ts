/** A rule, and whether the run has kept it. */
export interface Verdict {
  readonly rule: string;
  readonly passed: boolean;
}
