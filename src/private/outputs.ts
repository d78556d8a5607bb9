import { CfnOutput } from 'aws-cdk-lib';
import type { IDistribution } from 'aws-cdk-lib/aws-cloudfront';
import type { IHostedZone } from 'aws-cdk-lib/aws-route53';
import type { Construct } from 'constructs';

export interface OutputsProps {
  readonly url: string;
  readonly distribution: IDistribution;
  readonly domainName?: string;
  readonly hostedZone?: IHostedZone;
}

/** What whoever deploys must know: where LibreChat is, and how to get its name there. */
export function createOutputs(scope: Construct, { url, distribution, domainName, hostedZone }: OutputsProps): void {
  new CfnOutput(scope, 'Url', { description: 'LibreChat', value: url });
  if (domainName && !hostedZone) {
    new CfnOutput(scope, 'DnsRecord', {
      description: 'The DNS record to enter for LibreChat (an ALIAS where the name is a zone of its own)',
      value: `${domainName} CNAME ${distribution.distributionDomainName}`,
    });
  }
}
