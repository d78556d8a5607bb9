import type { Cloud } from '../../core/cloud';

/** Number of versions that Systems Manager keeps. */
const VERSIONS_KEPT = 100;

/** A version of a parameter. */
export interface ParameterVersion {
  readonly version: number;
  readonly value: string;
}

/** Values by name, with their history. */
class Parameters extends Map<string, string> {
  private readonly earlier = new Map<string, ParameterVersion[]>();

  public override set(name: string, value: string): this {
    const versions = this.history(name);
    this.earlier.set(name, [...versions, { version: (versions.at(-1)?.version ?? 0) + 1, value }].slice(-VERSIONS_KEPT));
    return super.set(name, value);
  }

  public override delete(name: string): boolean {
    this.earlier.delete(name);
    return super.delete(name);
  }

  /** Versions of a parameter, oldest first. */
  public history(name: string): readonly ParameterVersion[] {
    return this.earlier.get(name) ?? [];
  }
}

/** Systems Manager's parameters: values by name. */
export class SsmService {
  public readonly parameters = new Parameters();

  public constructor(private readonly cloud: Pick<Cloud, 'arn'>) {}

  public arnOf(name: string): string {
    return this.cloud.arn('ssm', `parameter/${name.replace(/^\//, '')}`);
  }
}
