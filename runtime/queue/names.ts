/** The keys of one release. All share one hash tag, so that a cluster keeps them in one slot. */
export class Names {
  public readonly waiting: string;
  public readonly workers: string;
  public readonly starts: string;
  public readonly broken: string;

  private readonly base: string;

  public constructor(prefix: string, release: string) {
    for (const [name, value] of Object.entries({ prefix, release })) {
      if (!/^[\w.:/-]+$/.test(value)) throw new Error(`\`${name}\` must consist of letters, digits and any of _ . : / -, got: ${JSON.stringify(value)}`);
    }
    this.base = `{${prefix}}:${release}:`;
    this.waiting = `${this.base}waiting`;
    this.workers = `${this.base}workers`;
    this.starts = `${this.base}starts`;
    this.broken = `${this.base}broken`;
  }

  public inbox(worker: string): string {
    return `${this.waiting}:${worker}`;
  }

  public request(id: string): string {
    return `${this.base}request:${id}`;
  }

  public response(id: string): string {
    return `${this.base}response:${id}`;
  }

  public body(id: string): string {
    return `${this.base}body:${id}`;
  }

  public stream(streamId: string): string {
    return `${this.base}stream:${streamId}`;
  }
}
