import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { suppressNag } from '../private/nag';
import { RETAIN, retained } from '../private/retention';

interface FilesBucketProps {
  readonly siteUrl?: string;
  readonly removalPolicy?: RemovalPolicy;
  readonly encryptionKey?: IKey;
}

/**
 * Without a domain, the name of the distribution is not known when the bucket is created. CORS grants no access: browsers use presigned
 * URLs.
 */
const ANY_DISTRIBUTION = 'https://*.cloudfront.net';

/**
 * The private bucket for uploads. Browsers read it through presigned URLs.
 *
 * Without versioning: files that users delete are to be gone.
 */
export function createFilesBucket(scope: Construct, props: FilesBucketProps): s3.Bucket {
  const { siteUrl = ANY_DISTRIBUTION, removalPolicy = RETAIN, encryptionKey } = props;
  const bucket = new s3.Bucket(scope, 'FilesBucket', {
    encryption: encryptionKey ? s3.BucketEncryption.KMS : s3.BucketEncryption.S3_MANAGED,
    encryptionKey,
    // One request to KMS for many objects.
    bucketKeyEnabled: encryptionKey && true,
    blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
    enforceSSL: true,
    removalPolicy: retained(removalPolicy),
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
  // A retained bucket keeps its requirement of TLS.
  bucket.policy!.applyRemovalPolicy(retained(removalPolicy));
  suppressNag(bucket, { id: 'AwsSolutions-S1', reason: 'Only the function accesses the bucket; specify a bucket with access logs as `filesBucket` if they are needed' });
  return bucket;
}
