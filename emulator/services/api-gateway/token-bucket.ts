/**
 * API Gateway's throttling: a burst of `burst` requests, refilled at `rate` requests per second.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html
 */
export class TokenBucket {
  private tokens: number;
  private refilledAt = performance.now();

  /** @param timeScale divisor of the platform's durations */
  public constructor(private readonly rate: number, private readonly burst: number, private readonly timeScale: number) {
    this.tokens = burst;
  }

  /** Takes a token; false if the bucket is empty. */
  public take(): boolean {
    const now = performance.now();
    this.tokens = Math.min(this.burst, this.tokens + (now - this.refilledAt) / 1000 * this.timeScale * this.rate);
    this.refilledAt = now;
    if (this.tokens < 1) return false;
    this.tokens -= 1;
    return true;
  }
}
