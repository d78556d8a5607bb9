/** A rule, and whether the run complied with it. */
export interface Verdict {
  readonly rule: string;
  readonly passed: boolean;
}
