/** Burst, and then rate per second, of a streamed response. */
const BURST_BYTES = 6 * 1024 * 1024;
const BYTES_PER_SECOND = 2 * 1024 * 1024;

/**
 * The bandwidth limit of a streamed response: a token bucket.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-response-streaming.html#config-rs-bandwidth
 */
export class ResponseBandwidth {
  private tokens = BURST_BYTES;
  private filledAt: number;

  /** @param now the platform's time in milliseconds */
  public constructor(private readonly now: () => number) {
    this.filledAt = now();
  }

  /** Takes tokens for the bytes, and returns the delay in milliseconds after which they may be sent. */
  public delayOf(bytes: number): number {
    const now = this.now();
    this.tokens = Math.min(BURST_BYTES, this.tokens + (now - this.filledAt) / 1000 * BYTES_PER_SECOND) - bytes;
    this.filledAt = now;
    return Math.max(0, -this.tokens / BYTES_PER_SECOND * 1000);
  }
}
