import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { accept } from '../private/nag';

/**
 * The distribution's own name is not known before the function, which knows the bucket. S3 takes one wildcard, and CORS
 * gives no access by itself: whoever reads the bucket holds a presigned URL.
 */
const ANY_DISTRIBUTION = 'https://*.cloudfront.net';

/** The private bucket for what users upload, which browsers read through presigned URLs. */
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
  accept(bucket, { id: 'AwsSolutions-S1', reason: 'Only the function uses the bucket, and its log says for what; `filesBucket` may be one that logs each access' });
  return bucket;
}
