import type { Cloud } from '../../core/cloud';

/** Systems Manager's parameters: values by name. */
export class SsmService {
  public readonly parameters = new Map<string, string>();

  public constructor(private readonly cloud: Pick<Cloud, 'arn'>) {}

  public arnOf(name: string): string {
    return this.cloud.arn('ssm', `parameter/${name.replace(/^\//, '')}`);
  }
}
