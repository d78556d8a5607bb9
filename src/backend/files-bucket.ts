import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { suppressNag } from '../private/nag';

/**
 * Without a domain, the name of the distribution is not known when the bucket is created. CORS grants no access: browsers use presigned
 * URLs.
 */
const ANY_DISTRIBUTION = 'https://*.cloudfront.net';

/** The private bucket for uploads. Browsers read it through presigned URLs. */
export function createFilesBucket(scope: Construct, siteUrl = ANY_DISTRIBUTION, removalPolicy = RemovalPolicy.RETAIN): s3.Bucket {
  const bucket = new s3.Bucket(scope, 'FilesBucket', {
    encryption: s3.BucketEncryption.S3_MANAGED,
    blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
    enforceSSL: true,
    removalPolicy,
    autoDeleteObjects: removalPolicy === RemovalPolicy.DESTROY,
    lifecycleRules: [{ abortIncompleteMultipartUploadAfter: Duration.days(7) }],
    cors: [{
      allowedOrigins: [siteUrl],
      allowedMethods: [s3.HttpMethods.GET, s3.HttpMethods.PUT, s3.HttpMethods.POST],
      allowedHeaders: ['*'],
      exposedHeaders: ['ETag'],
      maxAge: 3600,
    }],
  });
  suppressNag(bucket, { id: 'AwsSolutions-S1', reason: 'Only the function accesses the bucket; specify a bucket with access logs as `filesBucket` if they are needed' });
  return bucket;
}
