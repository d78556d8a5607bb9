import { Arn, ArnFormat, Stack, Token } from 'aws-cdk-lib';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { RegionInfo } from 'aws-cdk-lib/region-info';
import type { IConstruct } from 'constructs';
import { mustError, warn } from './errors';

/**
 * Regions of the partition `aws` that are known to lack a service. As of November 2026.
 *
 * @see https://docs.aws.amazon.com/general/latest/gr/codebuild.html
 * @see https://docs.aws.amazon.com/documentdb/latest/devguide/docdb-serverless-limitations.html
 */
const REGIONS_WITHOUT = {
  codeBuild: ['ap-east-2', 'ca-west-1', 'mx-central-1'],
  documentDbServerless: ['us-west-1'],
};

/** CloudFront is in no other partition, or differs there. */
export function validatePartition(scope: IConstruct): void {
  const { region } = Stack.of(scope);
  if (Token.isUnresolved(region)) return;
  const { partition } = RegionInfo.get(region);
  if (partition === undefined || partition === 'aws') return;
  throw mustError('env.region', 'be in the partition aws: GovCloud and the isolated partitions do not have CloudFront, and China has one without the features in use', region);
}

export function warnOfCodeBuildRegion(scope: IConstruct): void {
  const { region } = Stack.of(scope);
  if (!REGIONS_WITHOUT.codeBuild.includes(region)) return;
  warn(scope, 'codeBuildRegion', 'image', 'not be LibreChatImage.fromCodeBuild() in a region without CodeBuild', region);
}

export function warnOfDocumentDbRegion(scope: IConstruct): void {
  const { region } = Stack.of(scope);
  if (!REGIONS_WITHOUT.documentDbServerless.includes(region)) return;
  warn(scope, 'documentDbRegion', 'database', 'not be LibreChatDatabase.documentDb() in a region without DocumentDB Serverless', region);
}

/** LibreChat and the adapter send requests for a bucket to their own region, and S3 rejects those for a bucket elsewhere. */
export function validateBucketRegion(scope: IConstruct, prop: string, bucket: IBucket | undefined): void {
  if (bucket && isElsewhere(scope, bucket.env.region)) throw mustError(prop, 'be in the region of the stack, which S3 requires of its clients', bucket.env.region);
}

/** An alarm cannot notify a topic in another region. */
export function validateTopicRegion(scope: IConstruct, prop: string, topic: ITopic | undefined): void {
  if (topic && isElsewhere(scope, topic.env.region)) throw mustError(prop, 'be in the region of the stack, as the alarms are', topic.env.region);
}

/** The adapter reads a secret in the region of its ARN. */
export function warnOfSecretRegion(scope: IConstruct, ...secrets: Array<{ readonly arn: string }>): void {
  for (const { arn } of secrets) {
    if (Token.isUnresolved(arn) || !isElsewhere(scope, Arn.split(arn, ArnFormat.COLON_RESOURCE_NAME).region!)) continue;
    warn(scope, 'secretRegion', 'secrets', 'be in the region of the stack: LibreChat does not start while the other region is not available', arn);
  }
}

function isElsewhere(scope: IConstruct, region: string): boolean {
  const here = Stack.of(scope).region;
  return !Token.isUnresolved(region) && !Token.isUnresolved(here) && region !== here;
}
