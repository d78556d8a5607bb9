/**
 * API Gateway's throttling: `burst` requests at once, refilled by `rate` requests a second.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html
 */
export class TokenBucket {
  private tokens: number;
  private refilledAt = performance.now();

  /** @param timeScale divides the durations of the platform */
  public constructor(private readonly rate: number, private readonly burst: number, private readonly timeScale: number) {
    this.tokens = burst;
  }

  /** Takes a token; false where there is none. */
  public take(): boolean {
    const now = performance.now();
    this.tokens = Math.min(this.burst, this.tokens + (now - this.refilledAt) / 1000 * this.timeScale * this.rate);
    this.refilledAt = now;
    if (this.tokens < 1) return false;
    this.tokens -= 1;
    return true;
  }
}
