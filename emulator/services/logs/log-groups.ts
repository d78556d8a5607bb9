/** A line of a log stream, with its time in milliseconds since the epoch. */
export interface LogLine {
  readonly timestamp: number;
  readonly message: string;
}

/** CloudWatch's log groups by name, each with its streams by name. */
export class LogGroups {
  private readonly groups = new Map<string, Map<string, LogLine[]>>();

  /** Makes a group; one that exists stays as it is. */
  public create(group: string): void {
    if (!this.groups.has(group)) this.groups.set(group, new Map());
  }

  /** The streams of a group, or nothing where there is no such group. */
  public streams(group: string): Map<string, LogLine[]> | undefined {
    return this.groups.get(group);
  }
}
