import { RemovalPolicy } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { suppressNag } from '../private/nag';

/** The private bucket for the client. Its contents are published from the image, so it is deleted with the stack. */
export function createFrontendBucket(scope: Construct): s3.Bucket {
  const bucket = new s3.Bucket(scope, 'Bucket', {
    encryption: s3.BucketEncryption.S3_MANAGED,
    blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
    enforceSSL: true,
    removalPolicy: RemovalPolicy.DESTROY,
    autoDeleteObjects: true,
  });
  suppressNag(bucket, { id: 'AwsSolutions-S1', reason: 'Only CloudFront reads the bucket, and its contents are public' });
  return bucket;
}
