/** An event of a log stream; the timestamp is in milliseconds since the epoch. */
export interface LogStreamEvent {
  readonly timestamp: number;
  readonly message: string;
}

/** CloudWatch Logs: groups by name, each with its streams by name. */
export class LogsService {
  private readonly groups = new Map<string, Map<string, LogStreamEvent[]>>();

  /** The names of the groups. */
  public get names(): string[] {
    return [...this.groups.keys()];
  }

  /** Creates a log group where there is none of that name. */
  public create(group: string): void {
    if (!this.groups.has(group)) this.groups.set(group, new Map());
  }

  /** The streams of a group; undefined where there is no such group. */
  public streams(group: string): Map<string, LogStreamEvent[]> | undefined {
    return this.groups.get(group);
  }
}
