/** Prices of Lambda in us-east-1, in US dollars. https://aws.amazon.com/lambda/pricing/ */
export const LAMBDA_PRICES = {
  gbSecond: { arm64: 0.0000133334, x86_64: 0.0000166667 } as Record<string, number>,
  provisionedGbSecond: { arm64: 0.0000033334, x86_64: 0.0000041667 } as Record<string, number>,
  /** Duration on provisioned concurrency. */
  provisionedDurationGbSecond: { arm64: 0.0000077778, x86_64: 0.0000097222 } as Record<string, number>,
  request: 0.20 / 1e6,
} as const;

/** Metered usage of a function. */
export interface LambdaUsage {
  readonly architecture: string;
  readonly invocations: number;
  readonly gbSeconds: number;
  readonly provisionedGbSeconds: number;
  readonly provisionedDurationGbSeconds: number;
}

/** The cost of metered usage in US dollars, without the free tier. */
export function lambdaCost(usage: LambdaUsage): number {
  const { gbSecond, provisionedGbSecond, provisionedDurationGbSecond, request } = LAMBDA_PRICES;
  return usage.invocations * request
    + usage.gbSeconds * gbSecond[usage.architecture]
    + usage.provisionedGbSeconds * provisionedGbSecond[usage.architecture]
    + usage.provisionedDurationGbSeconds * provisionedDurationGbSecond[usage.architecture];
}
