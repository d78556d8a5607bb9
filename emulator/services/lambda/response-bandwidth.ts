/** Of a streamed response: at once, and from then on in a second. */
const BURST_BYTES = 6 * 1024 * 1024;
const BYTES_PER_SECOND = 2 * 1024 * 1024;

/**
 * The bandwidth of a streamed response: a token bucket.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-response-streaming.html#config-rs-bandwidth
 */
export class ResponseBandwidth {
  private tokens = BURST_BYTES;
  private filledAt: number;

  /** @param now the time in milliseconds of the platform */
  public constructor(private readonly now: () => number) {
    this.filledAt = now();
  }

  /** Takes the tokens of so many bytes, and returns after how many milliseconds they may be sent. */
  public delayOf(bytes: number): number {
    const now = this.now();
    this.tokens = Math.min(BURST_BYTES, this.tokens + (now - this.filledAt) / 1000 * BYTES_PER_SECOND) - bytes;
    this.filledAt = now;
    return Math.max(0, -this.tokens / BYTES_PER_SECOND * 1000);
  }
}
